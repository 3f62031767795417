--- snapshot: any number of a slot's queues at one moment: counts, settings, levels of the buckets, newest minutes.
--
-- KEYS[1] bucket    hash: the token bucket that the slot's queues share
-- KEYS[2...] queues eleven each: again, ready, suspect, delayed, active, control, completed, failed, cancelled, trash,
--   stats
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] minutes   how many of the newest minutes, at most 250
-- ARGV[3] since     the first minute that is asked for, as its number since the epoch; 0: all of them
-- ARGV[4...] kept   three for each queue: for how many ms completed, failed and cancelled jobs are kept
--
-- writes nothing: EVALSHA_RO
-- returns the time in µs, what this call has cost the server in µs of its CPU, the fields and values of the bucket, then
--   one for each queue, empty for one whose keys hold
--   something else: what `counts` answers, the fields and values of control, how many suspects are stored, how many
--   jobs are in the trash, and for each minute, oldest first, four counters with spaces between (enqueue, complete,
--   fail, retry), or an empty text where nothing was recorded

--- @include clock
--- @include tally_queue
--- @include read_group
--- @include record
--- @include whole
--- @include bounds

local began = os.clock()
local now = read_clock(ARGV[1])
local now_ms, minute = math.floor(now / 1000), math.floor(now / 60000000)
local oldest = minute - math.min(250, tonumber(ARGV[2])) + 1
local since = tonumber(ARGV[3])
local first = since > minute and oldest or math.max(since, oldest)

local function read_minute(key)
  local found = redis.call('EXISTS', key) == 1 and read_record(key, 'enqueue', 'complete', 'fail', 'retry')
  return found and string.format('%.0f %.0f %.0f %.0f', whole(found[1]) or 0, whole(found[2]) or 0, whole(found[3]) or 0,
    whole(found[4]) or 0) or ''
end

local function read_queue(at, kept)
  local control, minutes = redis.call('HGETALL', KEYS[at + 5]), {}
  for n = first, minute do
    minutes[#minutes + 1] = read_minute(KEYS[at + 10] .. digits(n))
  end
  local queue = { streams = { KEYS[at], KEYS[at + 1], KEYS[at + 2] }, delayed = KEYS[at + 3], active = KEYS[at + 4],
    is_paused = value_of(control, 'paused') }
  local tally, suspects = tally_queue(queue, { KEYS[at + 6], KEYS[at + 7], KEYS[at + 8] }, kept, now_ms)
  return { tally, control, suspects, redis.call('ZCARD', KEYS[at + 9]), minutes }
end

-- What is read, or this where a key holds another type, or a stream that can take no more: it costs its queue only.
local function read_or(otherwise, read, ...)
  local sound, found = pcall(read, ...)
  if sound then
    return found
  end
  local text = found.err or found -- some servers raise a table, others its text
  if string.find(text, 'WRONGTYPE', 1, true) or string.find(text, 'invalid start ID', 1, true) then
    return otherwise
  end
  error(found)
end

local count = (#KEYS - 1) / 11
check_items(count)
local reply = { digits(now), '', read_or({}, redis.call, 'HGETALL', KEYS[1]) }
for n = 0, count - 1 do
  local kept = { tonumber(ARGV[4 + n * 3]), tonumber(ARGV[5 + n * 3]), tonumber(ARGV[6 + n * 3]) }
  reply[n + 4] = read_or('', read_queue, 2 + n * 11, kept)
end
reply[2] = digits((os.clock() - began) * 1000000)
return reply
