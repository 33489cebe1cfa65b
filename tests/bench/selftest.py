#!/usr/bin/env python3
"""The comparison's arithmetic: medians, ratios, verdicts and what is printed of them."""

import sys
import unittest

sys.dont_write_bytecode = True

import results
import rows
from row import Row


def row(target, at_most, is_ratio=True):
    return Row("name", "work", "peer", "ops", target, at_most, "split", None, is_ratio=is_ratio)


class Verdicts(unittest.TestCase):
    def test_floor_ratio_of_medians_decides(self):
        result = results.Result(row(2.0, False), [(10, 5), (100, 5), (9, 5)])
        self.assertEqual((result.concur, result.peer, result.judged), (10, 5, 2.0))
        self.assertTrue(result.is_met)
        self.assertEqual(result.spread, (1.8, 20))
        self.assertFalse(results.Result(row(2.1, False), [(10, 5)]).is_met)

    def test_ceiling_ratio_above_target_is_missed(self):
        self.assertTrue(results.Result(row(1.3, True), [(13, 10)]).is_met)
        self.assertFalse(results.Result(row(1.3, True), [(14, 10)]).is_met)

    def test_figure_without_peer_is_judged_itself(self):
        result = results.Result(row(5, True, is_ratio=False), [(4, None), (6, None), (4.5, None)])
        self.assertEqual((result.judged, result.peer), (4.5, None))
        self.assertTrue(result.is_met)

    def test_figure_beside_a_peer_that_is_not_judged_counts_alone(self):
        self.assertFalse(results.Result(row(5, True, is_ratio=False), [(6, 100)]).is_met)

    def test_cpu_ratio_has_the_sense_of_the_ratio(self):
        cpu_us = {"concur": 1.0, "redis": 3.0}
        self.assertEqual(results.Result(row(2, False), [(1, 1)], cpu_us=cpu_us).ratio_by_cpu, 3.0)
        self.assertEqual(results.Result(row(2, True), [(1, 1)], cpu_us=cpu_us).ratio_by_cpu, 1 / 3.0)
        self.assertIsNone(results.Result(row(2, True), [(1, 1)], cpu_us={"concur": 1.0}).ratio_by_cpu)

    def test_row_without_target_is_neither_met_nor_missed(self):
        result = results.Result(row(None, False), [(6, 3)])
        self.assertIsNone(result.is_met)
        self.assertEqual(result.verdict, "no target")
        self.assertTrue(results.line(result).endswith("2.00x (2 to 2)"))
        self.assertEqual(results.cells(result)[-2:], ["", "no target"])

    def test_failure_is_told_and_never_met(self):
        result = results.Result(row(2, False), [], failure="no redis-server")
        self.assertEqual(result.verdict, "not measured")
        self.assertIn("no redis-server", results.line(result))
        self.assertEqual(len(results.cells(result)), len(results.cells(results.Result(row(2, False), [(1, 1)]))))


class Reasons(unittest.TestCase):
    PAGE = ("| row | verdict |\n| dict-get-16 | x | **missed** |\n| dict-set-16 | x | **missed** |\n"
            "| echo | x | met |\n| odd | x | **missed** |\n\n## Notes\n\n* dict-get-16: concur: **missed** |\n")

    def test_missed_rows_are_explained_once_each(self):
        page = results.with_reasons(self.PAGE)
        self.assertIn("* dict-get-16, dict-set-16: With 16 calls", page)
        self.assertIn("* odd: " + results.NO_REASON, page)
        self.assertNotIn("* echo", page)
        self.assertTrue(page.endswith(self.PAGE[self.PAGE.index("## Notes"):]))

    def test_explaining_again_changes_nothing(self):
        page = results.with_reasons(self.PAGE)
        self.assertEqual(results.with_reasons(page), page)
        self.assertEqual(results.with_reasons("| a | met |\n\n## Notes\n"), "| a | met |\n\n## Notes\n")


class Rows(unittest.TestCase):
    def test_names_are_unique(self):
        names = [each.name for each in rows.all_rows()]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
