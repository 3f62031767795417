--- operation: a plan is carried out batch by batch: by one driver at a time, and no batch is counted twice.
--
-- KEYS[1] operations zset: ids by their start
-- KEYS[2] operating  zset: those that are under way, by when a driver was last heard of
-- KEYS[3] control    hash
-- KEYS[4] audit      stream
-- KEYS[5] job        prefix
-- KEYS[6] operation  prefix
-- KEYS[7] frozen     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] verb       begin | next | advance | stop
-- ARGV[3] id         of the plan or operation; empty for next: one whose driver has been silent for 5 s
-- ARGV[4...] words   begin: how many jobs are meant, actor (JSON), reason, jobs a second (0: no pace)
--   next: driver, how many jobs at most, jobs a second (empty: as it is)
--   advance: the cursor of the batch, and a text with 1 for each of its jobs that was changed, 0 for each other
--   stop: actor (JSON), reason
--
-- returns a word, the id and the fields and values of the operation; next: then id, run and state of each job of the batch
--   begin: ok | expired (there is no such plan any more) | other_count (of jobs than are meant)
--   next: ok | busy (another driver has it, or another operation has an open batch) | over (nothing is to be done)
--   advance, stop: ok (also if it was so before) | over (there is no such operation)

--- @include clock
--- @include digits
--- @include whole
--- @include judge
--- @include book

local SILENT_MS, MINUTE_MS, DAY_MS = 5000, 60000, 86400000
local UNDO_MS = { retry = 900000, cancel = 900000, promote = 900000, trash = DAY_MS, restore = DAY_MS }
local now_ms = math.floor(read_clock(ARGV[1]) / 1000)
local verb, id, given = ARGV[2], ARGV[3], {}
for i = 4, #ARGV do
  given[i - 3] = ARGV[i]
end

local function read_operation(which)
  local flat, operation = redis.call('HGETALL', KEYS[6] .. which), { id = which }
  for i = 1, #flat, 2 do
    operation[flat[i]] = flat[i + 1]
  end
  return operation
end

local function cursor_of(operation)
  return (whole(operation.done) or 0) + (whole(operation.skipped) or 0)
end

local function answer(word, which, jobs)
  return { word, which, redis.call('HGETALL', KEYS[6] .. which), jobs }
end

-- Heard of within the last seconds, by the server's clock, whichever way that was set.
local function is_heard(which)
  local heard = redis.call('ZSCORE', KEYS[2], which)
  return heard and now_ms - tonumber(heard) < SILENT_MS and tonumber(heard) - now_ms < SILENT_MS
end

-- Over, as `state`: the jobs that were changed are kept for as long as that can be taken back.
local function finish(operation, state, done)
  local key, frozen = KEYS[6] .. operation.id, KEYS[7] .. operation.id
  local undo_ms = done > 0 and operation.action ~= 'undo' and UNDO_MS[operation.deed] or 0
  redis.call('ZREM', KEYS[2], operation.id)
  redis.call('HDEL', key, 'driver')
  redis.call('HSET', key, 'state', state, 'ended', digits(now_ms),
    'undo_until', undo_ms > 0 and digits(now_ms + undo_ms) or '0')
  redis.call('PEXPIRE', key, digits(7 * DAY_MS))
  redis.call('PEXPIRE', frozen, digits(math.max(undo_ms, MINUTE_MS)))
end

-- The operation that is taken back, if that is still possible: under way it has no such time, undone its time is 0.
local function read_undone(plan)
  local undone = read_operation(plan.of)
  return now_ms <= (whole(undone.undo_until) or 0) and undone
end

local function begin()
  local plan, key, frozen = read_operation(id), KEYS[6] .. id, KEYS[7] .. id
  if plan.state and plan.state ~= 'planned' then
    return answer('ok', id)
  end
  local will, takes_back = redis.call('LLEN', frozen), (plan.of or '') ~= ''
  local undone = takes_back and read_undone(plan)
  if will == 0 or will ~= whole(plan.will) or now_ms > (whole(plan.expires) or 0) or (takes_back and not undone) then
    return { 'expired', id, {} }
  elseif will ~= whole(given[1]) then
    return { 'other_count', id, {} }
  end
  redis.call('PERSIST', key)
  redis.call('PERSIST', frozen)
  redis.call('HDEL', key, 'expires')
  redis.call('HSET', key, 'state', 'running', 'total', digits(will), 'done', '0', 'skipped', '0', 'actor', given[2],
    'reason', given[3], 'per_s', given[4], 'started', digits(now_ms))
  if undone then
    redis.call('HSET', KEYS[6] .. undone.id, 'state', 'undone', 'undo_until', '0')
    redis.call('UNLINK', KEYS[7] .. undone.id)
  end
  redis.call('ZADD', KEYS[1], digits(now_ms), id)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', digits(now_ms - 7 * DAY_MS))
  redis.call('ZREMRANGEBYRANK', KEYS[1], '0', '-1001')
  redis.call('ZADD', KEYS[2], digits(now_ms), id)
  write_book(KEYS[4], plan.action, given[2], plan.selection, given[3], plan.of or '', id)
  return answer('ok', id)
end

-- One batch of the queue is open at a time: what it finds as it was seen is changed by it, and by no other operation.
local function has_turn(operation)
  local other = redis.call('HGET', KEYS[3], 'operating')
  return not other or other == operation or not is_heard(other)
end

local function hand_out()
  local which, driver, size = id, given[1], math.max(1, math.min(250, tonumber(given[2])))
  if which == '' then
    which = redis.call('ZRANGE', KEYS[2], '0', '0')[1]
    if not which or is_heard(which) then
      return { 'over', '', {} }
    end
  end
  local operation, key = read_operation(which), KEYS[6] .. which
  if operation.state ~= 'running' then
    redis.call('ZREM', KEYS[2], which)
    return answer('over', which)
  end
  if (operation.driver and operation.driver ~= driver and is_heard(which)) or not has_turn(which) then
    return answer('busy', which)
  end
  -- Behind those that are left, the list has those that were changed.
  local batch, left = operation.batch, (whole(operation.total) or 0) - cursor_of(operation)
  size = batch and #batch or math.min(size, left)
  local items = size > 0 and redis.call('LRANGE', KEYS[7] .. which, '0', digits(size - 1)) or {}
  local jobs, marks = {}, {}
  for n, item in ipairs(items) do
    local run, state, job = string.match(item, '^(%d+) (%a+) (.*)$')
    local will = batch and string.sub(batch, n, n) == '1'
      or not batch and not judge(operation.deed, read_seen(KEYS[5] .. job, operation.deed), run, state)
    marks[n] = will and '1' or '0'
    if will then
      jobs[#jobs + 1], jobs[#jobs + 2], jobs[#jobs + 3] = job, run, state
    end
  end
  -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
  redis.call('HDEL', KEYS[3], 'operating')
  if #items == 0 then -- somebody has deleted what was frozen
    finish(operation, 'stopped', whole(operation.done) or 0)
    return answer('over', which)
  end
  redis.call('HSET', KEYS[3], 'operating', which)
  redis.call('ZADD', KEYS[2], digits(now_ms), which)
  redis.call('HSET', key, 'driver', driver, 'batch', table.concat(marks))
  if given[3] ~= '' then
    redis.call('HSET', key, 'per_s', given[3])
  end
  return answer('ok', which, jobs)
end

local function advance()
  local operation, key, frozen = read_operation(id), KEYS[6] .. id, KEYS[7] .. id
  local cursor, batch = cursor_of(operation), operation.batch
  if not operation.state then
    return { 'over', id, {} }
  elseif cursor ~= whole(given[1]) or not batch then
    return answer('ok', id)
  end
  local items, kept, n = redis.call('LPOP', frozen, digits(#batch)), {}, 0
  for at, item in ipairs(items or {}) do
    if string.sub(batch, at, at) == '1' then
      n = n + 1
      if string.sub(given[2], n, n) == '1' then
        kept[#kept + 1] = item
      end
    end
  end
  if #kept > 0 then
    redis.call('RPUSH', frozen, unpack(kept))
  end
  local done = (whole(operation.done) or 0) + #kept
  redis.call('HDEL', key, 'batch')
  redis.call('HSET', key, 'done', digits(done), 'skipped', digits(cursor + #batch - done))
  if redis.call('HGET', KEYS[3], 'operating') == id then
    redis.call('HDEL', KEYS[3], 'operating')
  end
  if operation.state == 'running' then
    redis.call('ZADD', KEYS[2], digits(now_ms), id)
    if cursor + #batch >= whole(operation.total) then
      finish(operation, 'done', done)
    end
  end
  return answer('ok', id)
end

local function stop()
  local operation = read_operation(id)
  if not operation.state or operation.state == 'planned' then
    return { 'over', id, {} }
  end
  if operation.state == 'running' then
    finish(operation, 'stopped', whole(operation.done) or 0)
    write_book(KEYS[4], verb, given[1], operation.selection, given[2], '', id)
  end
  return answer('ok', id)
end

if verb == 'begin' then
  return begin()
elseif verb == 'next' then
  return hand_out()
elseif verb == 'advance' then
  return advance()
end
return stop()
