# Of a log of ctest with the output of failures: each test that failed, and the last 40 lines of its output.
function tell() {
  for (i = count > 40 ? count - 40 : 0; i < count; ++i) print lines[i]
  count = 0
}
/^ *[0-9]+\/[0-9]+ Test +#/ { tell(); failed = /\*\*\*/; if (failed) print; next }
/^ +Start +[0-9]+:/ || /^[0-9]+% tests passed/ { tell(); failed = 0 }
failed { lines[count++] = $0 }
END { tell() }
