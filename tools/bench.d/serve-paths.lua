-- wrk asks for the paths of the file $PATHS in turn, each thread from another place.
local paths, at = {}, 0
local threads = 0
function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end
function init()
  for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
  at = math.floor(#paths * first / 2)
end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("told rps=%.1f p50_ms=%.3f p99_ms=%.3f requests=%d bytes=%d failed=%d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout))
end
