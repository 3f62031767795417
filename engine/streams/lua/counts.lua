--- counts: how many jobs are in each state now; ended ones within what is kept.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] control   hash
-- KEYS[7] completed zset
-- KEYS[8] failed    zset
-- KEYS[9] cancelled zset
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] completed_ms how long completed jobs are kept
-- ARGV[3] failed_ms
-- ARGV[4] cancelled_ms
--
-- writes nothing: EVALSHA_RO
-- returns waiting, delayed, active, completed, failed, cancelled, paused 1|0, and for how many ms the oldest waiting
--   job has been waiting (-1: none waits)

--- @include clock
--- @include tally_queue

local now_ms = math.floor(read_clock(ARGV[1]) / 1000)
local queue = { streams = { KEYS[1], KEYS[2], KEYS[3] }, delayed = KEYS[4], active = KEYS[5],
  is_paused = redis.call('HEXISTS', KEYS[6], 'paused') == 1 }
return (tally_queue(queue, { KEYS[7], KEYS[8], KEYS[9] },
  { tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]) }, now_ms))
