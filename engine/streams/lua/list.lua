--- list: a page of the jobs in one state, as lines; in the order in which they run, or newest first once ended.
--
-- KEYS[1] again     stream
-- KEYS[2] suspect   stream
-- KEYS[3] ready     stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] completed zset
-- KEYS[7] failed    zset
-- KEYS[8] cancelled zset
-- KEYS[9] job       prefix
-- ARGV[1] state
-- ARGV[2] limit     at most 250
-- ARGV[3] after     what the page before answered, or empty
--
-- writes nothing: EVALSHA_RO
-- returns what to give as `after` for the next page (empty: this is the last), then eight each: id, name, state, run,
--   attempts, ended_ms, tenant, error; a page may be short, since jobs move while it is read

--- @include holding
--- @include lines
--- @include job_of

local STREAMS = { KEYS[1], KEYS[2], KEYS[3] }
local SETS = { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8] }
-- Looked at in one call, however few are wanted: many active jobs may lie before one that waits.
local LOOKED = 250
local state, limit, after = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local function waiting_entries(stream, from, count)
  local found = redis.call('XRANGE', stream, from, '+', 'COUNT', count)
  for i, entry in ipairs(found) do
    found[i] = { entry[1], entry[2][2] }
  end
  return found
end

local function active_entries(stream, from, count)
  local found = redis.pcall('XPENDING', stream, 'workers', from, '+', count)
  for i, entry in ipairs(found) do
    local id = job_of(stream, entry[1]) or ''
    local holding = read_holding(redis.call('HGET', KEYS[5], id))
    found[i] = { entry[1], holding and holding.entry == entry[1] and id or '' }
  end
  return found
end

-- Ids, what to give as `after` behind each, and whether there are more. Entries of active jobs stay in their stream
-- until they are settled: those of the other state are passed over.
local function ids_of_streams(read)
  local n, from = string.match(after, '^(%d) (%S+)$')
  n, from = tonumber(n or '1'), from and '(' .. from or '-'
  local ids, cursors = {}, {}
  while n <= 3 do
    local left = LOOKED - #ids
    local entries = read(STREAMS[n], from, left)
    for _, entry in ipairs(entries) do
      ids[#ids + 1] = entry[2]
      cursors[#ids] = n .. ' ' .. entry[1]
    end
    if #entries == left then
      return ids, cursors, true
    end
    n, from = n + 1, '-'
  end
  return ids, cursors, false
end

-- As Redis orders members: Lua's own comparison goes by the server's locale.
local function is_before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- The rank behind a member, or behind where it was, if it has left meanwhile.
local function rank_after(set, score, member, reverse)
  if redis.call('ZSCORE', set, member) == score then
    return redis.call(reverse and 'ZREVRANK' or 'ZRANK', set, member) + 1
  end
  local low, high = redis.call('ZCOUNT', set, '-inf', '(' .. score), redis.call('ZCOUNT', set, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_before(redis.call('ZRANGE', set, middle, middle)[1], member) then
      low = middle + 1
    else
      high = middle
    end
  end
  return reverse and redis.call('ZCARD', set) - low or low
end

local function ids_of_set(set, reverse)
  local score, member = string.match(after, '^(%S+) (.*)$')
  local first = score and rank_after(set, score, member, reverse) or 0
  local found = redis.call(reverse and 'ZREVRANGE' or 'ZRANGE', set, first, first + LOOKED - 1, 'WITHSCORES')
  local ids, cursors = {}, {}
  for i = 1, #found, 2 do
    ids[#ids + 1] = found[i]
    cursors[#ids] = found[i + 1] .. ' ' .. found[i]
  end
  return ids, cursors, #ids == LOOKED
end

local ids, cursors, more
if state == 'waiting' then
  ids, cursors, more = ids_of_streams(waiting_entries)
elseif state == 'active' then
  ids, cursors, more = ids_of_streams(active_entries)
else
  ids, cursors, more = ids_of_set(SETS[state], state ~= 'delayed')
end
local reply, last = { '' }, 0
for n, id in ipairs(ids) do
  if #reply > limit * 8 then
    break
  end
  add_line(reply, KEYS[9], id, state)
  last = n
end
if more or last < #ids then
  reply[1] = cursors[last]
end
return reply
