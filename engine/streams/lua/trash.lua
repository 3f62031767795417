--- trash: the named ended runs are in the trash, or back in the index of their state, or gone for good.
--
-- KEYS[1] completed  zset
-- KEYS[2] failed     zset
-- KEYS[3] cancelled  zset
-- KEYS[4] trash      zset
-- KEYS[5] groups     zset
-- KEYS[6] events     stream
-- KEYS[7] stats      prefix
-- KEYS[8] job        prefix
-- KEYS[9] trail      prefix
-- KEYS[10] tenant    prefix
-- KEYS[11] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] verb       trash (prune deletes it a day later) | restore | delete (with its trail; from the trash or not)
-- ARGV[3...] jobs    two each: id, run: the run that is meant, so that a call sent twice never touches a later one
--
-- returns one each: ok (it is so, also if it was before; delete: there is no record) | not (live, or another run) |
--   unknown

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include emit
--- @include stats
--- @include leave_end
--- @include rejoin_group

local PLACES = { completed = KEYS[1], failed = KEYS[2], cancelled = KEYS[3], trash = KEYS[4] }
local ENDED = { completed = true, failed = true, cancelled = true }
local now, verb = read_clock(ARGV[1]), ARGV[2]
local now_ms = digits(math.floor(now / 1000))
local reply, chosen, known = {}, {}, {}

local ACT = {}

-- ZREM first: under full memory Redis refuses what adds, unless the script has already written.
function ACT.trash(job)
  leave_end(PLACES, KEYS[11], job.key, job.id, job.state)
  redis.call('ZADD', PLACES.trash, now_ms, job.id)
  redis.call('HSET', job.key, 'trashed', now_ms)
end

function ACT.restore(job)
  redis.call('ZREM', PLACES.trash, job.id)
  redis.call('HDEL', job.key, 'trashed')
  redis.call('ZADD', PLACES[job.state], job.ended, job.id)
  if job.state == 'failed' then
    rejoin_group(KEYS[5], KEYS[11], job.id, job)
  end
end

function ACT.delete(job)
  leave_end(PLACES, KEYS[11], job.key, job.id, job.state)
  redis.call('UNLINK', job.key, KEYS[9] .. job.id)
  if job.tenant then
    redis.call('ZREM', KEYS[10] .. job.tenant, job.id)
  end
end

check_items((#ARGV - 2) / 2)
for i = 3, #ARGV, 2 do
  local id, run, key = ARGV[i], ARGV[i + 1], KEYS[8] .. ARGV[i]
  local record = read_record(key, 'state', 'run', 'trashed', 'ended', 'group', 'error', 'tenant')
  local answer = 'unknown'
  if record and record[1] then
    answer = record[2] == run and ENDED[record[1]] and 'ok' or 'not'
    local is_trashed = record[3] and true or false
    if answer == 'ok' and not known[id] and (verb == 'delete' or is_trashed == (verb == 'restore')) then
      known[id] = true
      chosen[#chosen + 1] = { id = id, key = key, state = record[1], ended = whole(record[4]) and record[4] or now_ms,
        group = record[5], error = record[6], tenant = record[7] }
    end
  elseif verb == 'delete' and record and not record[2] then
    answer = 'ok'
  end
  reply[#reply + 1] = answer
end
if #chosen == 0 then
  return reply
end
-- An id that comes more than once is answered as it will be if the call is sent again.
for n = 1, #reply do
  reply[n] = verb == 'delete' and known[ARGV[n * 2 + 1]] and 'ok' or reply[n]
end

local emitted = {}
for _, job in ipairs(chosen) do
  ACT[verb](job)
  emitted[#emitted + 1] = verb
  emitted[#emitted + 1] = job.id
end
emit(KEYS[6], emitted)
write_stats(KEYS[7], now, { [verb] = #chosen })
return reply
