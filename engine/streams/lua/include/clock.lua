-- The time in µs, the server's or a test's clock, and how far the server is ahead of that clock.
local function read_clock(given)
  local time = redis.call('TIME')
  local server = time[1] * 1000000 + time[2]
  if given == '0' then
    return server, 0
  end
  return tonumber(given), server - tonumber(given)
end
