--- revert: the named runs are where they were before an operator requeued, cancelled or promoted them.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] delayed    zset
-- KEYS[5] control    hash
-- KEYS[6] wake       list
-- KEYS[7] events     stream
-- KEYS[8] stats      prefix
-- KEYS[9] failed     zset
-- KEYS[10] cancelled zset
-- KEYS[11] groups    zset
-- KEYS[12] job       prefix
-- KEYS[13] tenant    prefix
-- KEYS[14] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] done       requeue | cancel | promote: what is taken back
-- ARGV[3...] jobs    two each: id, run: the run that was requeued, cancelled or promoted
--
-- returns one each: ok (also if it is there already) | not (it has been handed over since, ended otherwise, is in the
--   trash, or nothing of the kind was the last that was done to it) | unknown
--   a cancelled run that waited is last in its stream now; all else is as it was

--- @include bounds
--- @include clock
--- @include whole
--- @include record
--- @include suspect_at
--- @include next_due
--- @include wake
--- @include emit
--- @include stats
--- @include rejoin_group

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local ENDS = { failed = KEYS[9], cancelled = KEYS[10] }
local LIVE = { waiting = true, delayed = true }
local now, done = read_clock(ARGV[1]), ARGV[2]
local suspect_at = read_suspect_at(KEYS[5])
local reply, chosen, known, woken = {}, {}, {}, false

-- The fields of the run that was requeued, if its new one still has the entry that it was given then.
local function read_earlier(job)
  local _, kept = pcall(cmsgpack.unpack, job.earlier or '')
  if type(kept) ~= 'table' or kept[1] ~= job.at then
    return nil
  end
  local fields = {}
  for i = 2, #kept do
    if type(kept[i]) ~= 'string' then
      return nil
    end
    if i % 2 == 1 then
      fields[kept[i - 1]] = kept[i]
    end
  end
  job.kept = kept
  return fields.run == job.before and ENDS[fields.state] and whole(fields.ended) and #kept % 2 == 1 and fields
end

-- By what was done: whether the job is where it was, and whether it can be put there.
local IS_BACK, CAN = {}, {}

function IS_BACK.requeue(job, run)
  return job.run == run and ENDS[job.state]
end

function CAN.requeue(job, run)
  job.fields = job.before == run and job.state == 'waiting' and STREAMS[job.stream] and read_earlier(job)
  return job.fields
end

function IS_BACK.cancel(job, run)
  return job.run == run and LIVE[job.state]
end

function CAN.cancel(job, run)
  return job.run == run and job.state == 'cancelled' and not job.trashed
    and (job.earlier == 'waiting' or (job.earlier == 'delayed' and whole(job.due)))
end

function IS_BACK.promote(job, run)
  return job.run == run and job.state == 'delayed'
end

function CAN.promote(job, run)
  return job.run == run and job.state == 'waiting' and STREAMS[job.stream]
    and job.earlier == 'promote ' .. job.at and whole(job.due)
end

-- What is deleted comes first: under full memory Redis refuses what adds, unless the script has already written.
local function leave_stream(job)
  redis.call('XACK', STREAMS[job.stream], 'workers', job.entry)
  redis.call('XDEL', STREAMS[job.stream], job.entry)
end

local function put_off(job)
  redis.call('ZADD', KEYS[4], job.due, job.id)
  redis.call('HSET', job.key, 'state', 'delayed')
end

local UNDO = {}

function UNDO.requeue(job)
  leave_stream(job)
  redis.call('HDEL', job.key, 'before', 'earlier')
  redis.call('HSET', job.key, unpack(job.kept, 2))
  redis.call('ZADD', ENDS[job.fields.state], job.fields.ended, job.id)
  if job.fields.state == 'failed' then
    rejoin_group(KEYS[11], KEYS[14], job.id, job.fields)
  end
  if job.tenant then
    redis.call('ZADD', KEYS[13] .. job.tenant, 'XX', job.fields.run, job.id)
  end
end

function UNDO.cancel(job)
  redis.call('ZREM', KEYS[10], job.id)
  redis.call('HDEL', job.key, 'ended', 'earlier')
  if job.earlier == 'delayed' then
    return put_off(job)
  end
  local stream = string.match(job.at or '', '^again ') and 'again' or 'ready'
  stream = (whole(job.crashes) or 0) >= suspect_at and 'suspect' or stream
  local entry = redis.call('XADD', STREAMS[stream], '*', 'id', job.id)
  redis.call('HSET', job.key, 'state', 'waiting', 'at', stream .. ' ' .. entry)
  woken = true
end

function UNDO.promote(job)
  leave_stream(job)
  redis.call('HDEL', job.key, 'earlier')
  put_off(job)
end

check_items((#ARGV - 2) / 2)
for i = 3, #ARGV, 2 do
  local id, run, key = ARGV[i], ARGV[i + 1], KEYS[12] .. ARGV[i]
  local record = read_record(key, 'state', 'run', 'at', 'before', 'earlier', 'due', 'crashes', 'trashed', 'tenant')
  local answer = 'unknown'
  if record and record[1] then
    local job = { id = id, key = key, state = record[1], run = record[2], at = record[3], before = record[4],
      earlier = record[5], due = record[6], crashes = record[7], trashed = record[8], tenant = record[9] }
    job.stream, job.entry = string.match(job.at or '', '^(%a+) (%d+%-%d+)$')
    local can = CAN[done](job, run)
    answer = (can or IS_BACK[done](job, run)) and 'ok' or 'not'
    if can and not known[id] then
      known[id] = true
      chosen[#chosen + 1] = job
    end
  end
  reply[#reply + 1] = answer
end
if #chosen == 0 then
  return reply
end

local emitted = {}
local head = next_due(KEYS[4])
for _, job in ipairs(chosen) do
  UNDO[done](job)
  emitted[#emitted + 1] = 'revert'
  emitted[#emitted + 1] = job.id
end
emit(KEYS[7], emitted)
write_stats(KEYS[8], now, { revert = #chosen })
if woken or next_due(KEYS[4]) ~= head then
  wake_one(KEYS[6])
end
return reply
