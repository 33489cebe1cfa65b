# The full names of all methods, from the .proto files ("/concur.v1.Dict/Get").
$1 == "package" { package = $2; sub(/;/, "", package) }
$1 == "service" { service = $2 }
$1 == "rpc" { method = $2; sub(/\(.*/, "", method); print "/" package "." service "/" method }
