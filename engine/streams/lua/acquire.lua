--- acquire: as many jobs as may start now are this consumer's, each with a new fence.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] control   hash
-- KEYS[7] wake      list
-- KEYS[8] events    stream
-- KEYS[9] stats     prefix
-- KEYS[10] bad      stream
-- KEYS[11] job      prefix
-- KEYS[12] bucket   hash: the token bucket that the slot's queues share
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] consumer
-- ARGV[3] places    how many more jobs this process can run
-- ARGV[4] alone     1 if this process runs nothing: only then may it take a suspect
-- ARGV[5] max_bytes of payloads in one reply
--
-- returns status, wait_ms until there may be more (-1: no timer), lease_ms, sweep_ms, places that a process
--   has by what was set at run time (0: as configured), then five for each delivery:
--   id, name, payload, in one text with spaces: fence run attempts crashes snoozed_ms suspect 1|0, ms that it waited
-- status is ok | paused | hold (suspects wait for this process to run empty) | reset (control is gone: configure)

--- @include clock
--- @include digits
--- @include record
--- @include holding
--- @include limits
--- @include promote
--- @include tokens
--- @include suspects
--- @include claim
--- @include wake
--- @include emit
--- @include stats
--- @include durations
--- @include set_aside
--- @include text

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
-- Before the attempts in `active`: with values of more than 64 bytes it is a table, and not a list that is searched from
-- the first one on.
local ZEROS = '0000000000'
local LARGE, FEW, MOST, LATEST_MS = 4096, 4, 250, 1e9
local now, skew = read_clock(ARGV[1])
local now_ms = math.floor(now / 1000)
local consumer, places, max_bytes = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[5])
local limits = read_limits(KEYS[6])
if not limits then
  return { 'reset', '-1', '0', '0', '0' }
end

local reply = { 'ok', '-1', digits(limits.lease_ms), digits(limits.sweep_ms), digits(limits.concurrency or 0) }
local holdings, emitted, waits = {}, {}, {}
local taken, seen, bytes, largest = 0, 0, 0, 0
local fence = limits.fence

local function discard(stream, entry)
  redis.call('XACK', STREAMS[stream], 'workers', entry)
  redis.call('XDEL', STREAMS[stream], entry)
end

local function is_number(text)
  return string.find(text, '^%d+$') and #text <= 16
end

-- Whether a worker can read the job: another producer may have written anything.
local function is_sound(id, record)
  for field = 5, 7 do
    if record[field] and not is_number(record[field]) then
      return false
    end
  end
  return record[2] and record[3] and record[4] and is_number(record[4]) and is_text(id) and is_text(record[2])
end

-- Hands one entry over, or drops it if no live record names it.
local function deliver(stream, entry, id)
  local key = KEYS[11] .. id
  local record = read_record(key, 'at', 'name', 'payload', 'run', 'attempts', 'crashes', 'snoozed', 'state')
  if not record or not is_sound(id, record) then
    local holding = read_holding(redis.call('HGET', KEYS[5], id))
    set_aside(KEYS[10], key, id, stream, entry)
    if holding and holding.stream == stream and holding.entry == entry then
      redis.call('HDEL', KEYS[5], id)
    end
    return discard(stream, entry)
  end
  if record[1] ~= stream .. ' ' .. entry or not (record[8] == 'waiting' or record[8] == 'active') then
    return discard(stream, entry)
  end
  -- Active: handed over again by a group that was made anew. A cancel that was asked for still is.
  local before = record[8] == 'active' and read_holding(redis.call('HGET', KEYS[5], id))
  local flag = before and before.flagged and ' c' or ' -'
  fence = now > fence and now or fence + 1
  local number, payload, attempts = digits(fence), record[3], record[5] or '0'
  local waited_us = now - tonumber(string.match(entry, '^%d+')) * 1000
  bytes = bytes + #payload
  largest = #payload > largest and #payload or largest
  redis.call('HSET', key, 'state', 'active')
  holdings[taken * 2 + 1] = id
  holdings[taken * 2 + 2] = number .. ' ' .. record[1] .. flag .. ZEROS .. attempts .. ' ' .. consumer
  emitted[#emitted + 1] = 'acquire'
  emitted[#emitted + 1] = id
  count_duration(waits, waited_us)
  local at = 5 + taken * 5
  reply[at + 1], reply[at + 2], reply[at + 3] = id, record[2], payload
  reply[at + 4] = number .. ' ' .. record[4] .. ' ' .. attempts .. ' ' .. (record[6] or '0') .. ' ' .. (record[7] or '0')
    .. (stream == 'suspect' and ' 1' or ' 0')
  reply[at + 5] = waited_us > 0 and waited_us / 1000 or 0
  taken = taken + 1
end

-- Reads a stream while there are places, a few entries at a time once payloads are large. True if it holds more.
local function take(stream)
  while taken < places and seen < MOST and bytes < max_bytes do
    local count = math.min(places - taken, MOST - seen)
    if taken == 0 or largest > LARGE then
      count = math.min(count, FEW)
    end
    local read = redis.call('XREADGROUP', 'GROUP', 'workers', consumer, 'COUNT', digits(count),
      'STREAMS', STREAMS[stream], '>')
    local entries, ids = read and read[1][2] or {}, {}
    seen = seen + #entries
    for i, entry in ipairs(entries) do
      ids[i] = entry[1]
      deliver(stream, entry[1], entry[2][2])
    end
    if skew ~= 0 then
      claim_entries(STREAMS[stream], consumer, ids, now, skew)
    end
    if #entries < count then
      return false
    end
  end
  return redis.call('XLEN', STREAMS[stream]) > redis.call('XPENDING', STREAMS[stream], 'workers')[1]
end

local more_due, head = promote(STREAMS, KEYS[4], KEYS[11], now_ms, limits.suspect_at, emitted)
local left_some = false
if limits.paused then
  reply[1], places = 'paused', 0
end
local own = read_bucket(KEYS[6], limits.rate, limits.burst, now)
local shared = read_bucket(KEYS[12], limits.shared_rate, limits.shared_burst, now)
places = math.min(places, MOST, whole_tokens(own), whole_tokens(shared))
if limits.max_active > 0 then
  places = math.min(places, limits.max_active - redis.call('HLEN', KEYS[5]))
end
if ARGV[3] ~= '0' and reply[1] ~= 'paused' and takes_turn(KEYS[6], KEYS[3], limits, consumer, now) then
  -- Also without a token: this process has to run empty before it can take one.
  reply[1], places = 'hold', math.min(1, places)
  if ARGV[4] == '1' then
    take('suspect')
  end
elseif places > 0 then
  left_some = redis.call('XLEN', KEYS[1]) > 0 and take('again')
  left_some = take('ready') or left_some
end

if taken > 0 then
  redis.call('HSET', KEYS[5], unpack(holdings))
  redis.call('HSET', KEYS[6], 'fence', digits(fence))
end
emit(KEYS[8], emitted)
write_stats(KEYS[9], now, taken > 0 and { acquire = taken } or {}, 'wait', waits)
if taken > 0 and left_some then
  wake_one(KEYS[7])
end

local wait_ms = math.max(take_tokens(own, now, taken), take_tokens(shared, now, taken))
if more_due or (seen == MOST and taken < places) then
  wait_ms = 0
elseif head then
  local due_ms = math.min(LATEST_MS, math.max(0, head - now_ms))
  wait_ms = wait_ms > 0 and math.min(wait_ms, due_ms) or due_ms
end
reply[2] = digits(wait_ms)
return reply
