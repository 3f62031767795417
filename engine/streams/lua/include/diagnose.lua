--- @include record
--- @include holding
--- @include text
-- What disagrees about one job: its record and the places that name jobs, all read at this moment. `queue` holds keys:
-- `streams` by name, `sets` by the state of the jobs in them and `trash`, `active`, `jobs`, `trails`; and `read`, see
-- read_groups.
-- A stream's entry is its job's own only if the record is waiting or active and names it as `at`.
local STATES = { waiting = true, delayed = true, active = true, completed = true, failed = true, cancelled = true }
-- By which time a job is in its set.
local TIMES = { delayed = 'due', completed = 'ended', failed = 'ended', cancelled = 'ended', trash = 'trashed' }

-- The set that an ended or delayed job is in: an ended one that is marked as trashed is in the trash.
local function set_of(job)
  return job.trashed and TIMES[job.state] == 'ended' and 'trash' or job.state
end

-- How far the group of each stream has read; nothing for a stream without its group.
local function read_groups(streams)
  local read = {}
  for name, stream in pairs(streams) do
    for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
      local fields = {}
      for i = 1, #group, 2 do
        fields[group[i]] = group[i + 1]
      end
      if fields.name == 'workers' then
        read[name] = fields['last-delivered-id']
      end
    end
  end
  return read
end

local function is_count(text)
  return not text or (string.find(text, '^%d+$') and #text <= 16)
end

-- The stream and the entry of a place such as `ready 1-2`; nothing if it is none.
local function parse_place(queue, place)
  local stream, ms, seq = string.match(place or '', '^(%a+) (%d+)%-(%d+)$')
  if stream and queue.streams[stream] and #ms <= 19 and #seq <= 19 then
    return stream, ms .. '-' .. seq
  end
end

-- gone (no entry of this job is there) | ahead (it will be handed over) | behind (it will not, unless somebody holds
-- it), and who holds it.
local function read_entry(queue, id, stream, entry)
  local found = redis.call('XRANGE', queue.streams[stream], entry, entry)[1]
  if not found or found[2][2] ~= id then
    return 'gone'
  end
  if not queue.read[stream] then
    return 'ahead'
  end
  local ms, seq = string.match(entry, '^(%d+)%-(%d+)$')
  local read_ms, read_seq = string.match(queue.read[stream], '^(%d+)%-(%d+)$')
  ms, read_ms = tonumber(ms), tonumber(read_ms)
  if ms > read_ms or (ms == read_ms and tonumber(seq) > tonumber(read_seq)) then
    return 'ahead'
  end
  local pending = redis.call('XPENDING', queue.streams[stream], 'workers', entry, entry, '1')[1]
  return 'behind', pending and pending[2]
end

local function look_at(queue, id)
  local job = { id = id, key = queue.jobs .. id, scores = {}, named = false }
  for state, set in pairs(queue.sets) do
    job.scores[state] = redis.call('ZSCORE', set, id)
    job.named = job.named or job.scores[state]
  end
  job.holding = read_holding(redis.call('HGET', queue.active, id))
  local record = read_record(job.key, 'state', 'at', 'run', 'due', 'ended', 'name', 'attempts', 'crashes', 'snoozed',
    'trashed')
  if record then
    job.state, job.at, job.run, job.due, job.ended = record[1], record[2], record[3], record[4], record[5]
    job.crashes, job.trashed = tonumber(record[8] or '0'), record[10]
    job.sound = STATES[job.state] and job.run and is_count(job.run) and record[6] and is_text(id) and is_text(record[6])
      and is_count(record[7]) and is_count(record[8]) and is_count(record[9])
      and redis.call('HEXISTS', job.key, 'payload') == 1
    job.missing = not job.sound and redis.call('EXISTS', job.key) == 0
  end
  return job
end

-- Whether the job is where its state says.
local function judge_own(queue, job)
  local stream, entry = parse_place(queue, job.at)
  local set = set_of(job)
  if queue.sets[set] then
    local wanted, score = tonumber(job[TIMES[set]] or ''), tonumber(job.scores[set] or '')
    return (not score or (wanted and score ~= wanted)) and 'unlisted'
  end
  local where, owner = 'gone', nil
  if stream then
    where, owner = read_entry(queue, job.id, stream, entry)
  end
  if job.state == 'waiting' then
    return where ~= 'ahead' and 'undelivered'
  end
  local holding = job.holding
  local held = holding and holding.fence and tonumber(holding.fence) > tonumber(job.run)
    and holding.stream .. ' ' .. holding.entry == job.at
  if not held or where == 'gone' then
    return 'unheld'
  end
  return where == 'behind' and owner ~= holding.consumer and 'unpending'
end

-- Whether another place names the job too.
local function is_doubled(job)
  for set, score in pairs(job.scores) do
    if score and set ~= set_of(job) then
      return true
    end
  end
  return job.holding and job.state ~= 'active'
end

-- The job as it was found and what is wrong with it, as words: unreadable (no worker can run it) | unrecorded (no
-- record, but something names it) | unlisted (not in its state's set, or in the trash if it is `trashed`, or not at its
-- time) | undelivered (waiting, but its stream will not hand it over) | unheld (active, but `active` names no delivery
-- of it) | unpending (its lease is nobody's) | doubled (another place names it too: of another state, or of the trash
-- and not) | stale (`place` is an entry that is not the job's own).
local function diagnose(queue, id, place)
  local job, found = look_at(queue, id), {}
  local stream, entry = parse_place(queue, place)
  local listed = stream and read_entry(queue, id, stream, entry) ~= 'gone'
  if job.missing then
    if job.named or job.holding or listed or redis.call('EXISTS', queue.trails .. id) == 1 then
      found[1] = 'unrecorded'
    end
    return job, found
  end
  if not job.sound then
    return job, { 'unreadable' }
  end
  found[1] = judge_own(queue, job) or nil
  if is_doubled(job) then
    found[#found + 1] = 'doubled'
  end
  if listed and not (job.at == place and (job.state == 'waiting' or job.state == 'active')) then
    found[#found + 1] = 'stale'
  end
  return job, found
end
