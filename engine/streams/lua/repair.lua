--- repair: what audit finds of the named jobs is mended, decided anew, or dead consumers that hold nothing are gone.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] delayed    zset
-- KEYS[5] active     hash
-- KEYS[6] control    hash
-- KEYS[7] wake       list
-- KEYS[8] events     stream
-- KEYS[9] completed  zset
-- KEYS[10] failed    zset
-- KEYS[11] cancelled zset
-- KEYS[12] job       prefix
-- KEYS[13] trail     prefix
-- KEYS[14] trash     zset
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] verb       jobs | consumers
-- ARGV[3...] named   jobs: two each: id, place (`stream entry`, if it was found there, or empty);
--                    consumers: one each: deleted unless something of theirs is pending
--
-- returns two for each repair: which of the named (from 1), the fault that is mended
--   fault is unrecorded | unlisted | undelivered | unheld | unpending | doubled | stale (include/diagnose) |
--   idle (a consumer)

--- @include bounds
--- @include clock
--- @include digits
--- @include suspect_at
--- @include wake
--- @include emit
--- @include hand_back
--- @include end_cancelled
--- @include diagnose

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local SETS = { delayed = KEYS[4], completed = KEYS[9], failed = KEYS[10], cancelled = KEYS[11], trash = KEYS[14] }
local queue = { streams = STREAMS, sets = SETS, active = KEYS[5], jobs = KEYS[12], trails = KEYS[13] }
local now_ms = digits(math.floor(read_clock(ARGV[1]) / 1000))
local suspect_at = read_suspect_at(KEYS[6])
local reply, emitted, woken = {}, {}, false

-- A stream that was lost and made anew within a millisecond may hold another job's entry at this place.
local function drop_entry(id, place)
  local stream, entry = parse_place(queue, place)
  local found = stream and redis.call('XRANGE', STREAMS[stream], entry, entry)[1]
  if stream and (not found or found[2][2] == id) then
    redis.call('XACK', STREAMS[stream], 'workers', entry)
    redis.call('XDEL', STREAMS[stream], entry)
  end
end

local function drop_holding(job)
  local holding = job.holding
  if holding then
    redis.call('HDEL', KEYS[5], job.id)
    drop_entry(job.id, holding.fence and holding.stream .. ' ' .. holding.entry)
  end
end

local MEND = {}

function MEND.unlisted(job)
  local set = set_of(job)
  local field = TIMES[set]
  local time = tonumber(job[field] or '') and job[field] or now_ms
  redis.call('HSET', job.key, field, time)
  redis.call('ZADD', SETS[set], time, job.id)
end

-- In the stream that the record names, among the suspects if it belongs there.
function MEND.undelivered(job)
  drop_entry(job.id, job.at)
  local stream = string.match(job.at or '', '^again ') and 'again' or 'ready'
  stream = job.crashes >= suspect_at and 'suspect' or stream
  local entry = redis.call('XADD', STREAMS[stream], '*', 'id', job.id)
  redis.call('HSET', job.key, 'at', stream .. ' ' .. entry)
  woken = true
end

-- Uncharged. A handler that still runs it hears that the job is another delivery's.
function MEND.unheld(job)
  drop_holding(job)
  drop_entry(job.id, job.at)
  local verb = 'release'
  if job.holding and job.holding.flagged then
    verb = 'cancel'
    end_cancelled(KEYS[11], job.key, job.id, now_ms, { 'last', job.holding.fence, 'worker', job.holding.consumer })
    job.state = 'cancelled'
  else
    hand_back(STREAMS, job.key, job.id, job.crashes, suspect_at, {})
    job.state, woken = 'waiting', true
  end
  emitted[#emitted + 1] = verb
  emitted[#emitted + 1] = job.id
end

-- The lease begins anew for the delivery that `active` names: renewed if its worker lives, reclaimed if not.
function MEND.unpending(job)
  local holding = job.holding
  redis.call('XCLAIM', STREAMS[holding.stream], 'workers', holding.consumer, '0', holding.entry, 'TIME', now_ms,
    'FORCE', 'JUSTID')
end

function MEND.doubled(job)
  for set, score in pairs(job.scores) do
    if score and set ~= set_of(job) then
      redis.call('ZREM', SETS[set], job.id)
    end
  end
  if job.state ~= 'active' then
    redis.call('HDEL', KEYS[5], job.id)
  end
end

function MEND.unrecorded(job, place)
  for state, score in pairs(job.scores) do
    if score then
      redis.call('ZREM', SETS[state], job.id)
    end
  end
  drop_holding(job)
  drop_entry(job.id, place)
  redis.call('UNLINK', KEYS[13] .. job.id)
end

function MEND.stale(job, place)
  drop_entry(job.id, place)
end

local function mend_jobs()
  queue.read = read_groups(STREAMS)
  for i = 3, #ARGV, 2 do
    local job, faults = diagnose(queue, ARGV[i], ARGV[i + 1])
    for _, fault in ipairs(faults) do
      if MEND[fault] then
        MEND[fault](job, ARGV[i + 1])
        reply[#reply + 1] = digits((i - 1) / 2)
        reply[#reply + 1] = fault
      end
    end
  end
end

local function drop_consumers()
  for i = 3, #ARGV do
    local held = 0
    for _, stream in pairs(STREAMS) do
      held = held + #redis.pcall('XPENDING', stream, 'workers', '-', '+', '1', ARGV[i])
    end
    if held == 0 then
      for _, stream in pairs(STREAMS) do
        redis.pcall('XGROUP', 'DELCONSUMER', stream, 'workers', ARGV[i])
      end
      reply[#reply + 1] = digits(i - 2)
      reply[#reply + 1] = 'idle'
    end
  end
end

check_items((#ARGV - 2) / (ARGV[2] == 'jobs' and 2 or 1))
-- HDEL first: under full memory Redis refuses what adds, unless the script has already written.
redis.call('HDEL', KEYS[6], 'gate')
if ARGV[2] == 'jobs' then
  mend_jobs()
else
  drop_consumers()
end
emit(KEYS[8], emitted)
if woken then
  wake_one(KEYS[7])
end
return reply
