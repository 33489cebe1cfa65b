"""Breaks comment lines that are too wide, which clang-format does not do well: it leaves a lone end of comment behind.

Only comments that stand alone on their lines are touched, and in them only a line that is too wide and what it pushes
onto the lines below it.
"""

import re

WIDTH_MAX = 120
TAB = 8
OPENS = re.compile(r"^(\s*)/\*( ?)(?=\S)")
CONTINUES = re.compile(r"^(\s* \*)( ?)(.*)$")
NEW_ITEM = re.compile(r"(\s|[-*] |\d+\. |$)")


def width(line):
    return len(line.expandtabs(TAB))


def split(line):
    """The part that fits, and the words that do not; the end of a comment never stands alone."""
    end = " */" if line.endswith(" */") else ""
    words = line[: len(line) - len(end)].split(" ") if end else line.split(" ")
    if end:
        words[-1] += end
    rest = []
    while len(words) > 1 and width(" ".join(words)) > WIDTH_MAX:
        rest.insert(0, words.pop())
    if not " ".join(words).strip(" \t/*"):
        return line, ""
    return " ".join(words), " ".join(rest)


def wrap_block(block):
    """The lines of one comment, broken where they are too wide."""
    margin = OPENS.match(block[0]).group(1) + " * "
    done = []
    left = list(block)
    while left:
        line, rest = split(left.pop(0))
        done.append(line)
        if not rest:
            continue
        follows = CONTINUES.match(left[0]) if left else None
        if follows and follows.group(3) and not NEW_ITEM.match(follows.group(3)) and follows.group(3) != "/":
            left[0] = margin + rest + " " + follows.group(3)
        else:
            left.insert(0, margin + rest)
    return done


def wrap(text):
    lines = text.split("\n")
    done = []
    while lines:
        if not OPENS.match(lines[0]):
            done.append(lines.pop(0))
            continue
        size = next((n for n, line in enumerate(lines, 1) if "*/" in line), len(lines))
        block, lines = lines[:size], lines[size:]
        alone = block[-1].endswith("*/") and all(CONTINUES.match(line) for line in block[1:])
        done += wrap_block(block) if alone else block
    return "\n".join(done)
