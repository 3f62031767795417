--- list: a page of the jobs in one state, as lines; waiting and delayed in the order they will run, others newest first.
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
-- returns what to give as `after` for the next page (empty: this is the last), then eight each: id, name, state, run,
--   attempts, ended_ms, tenant, error; a page may be short, since jobs move while it is read

--- @include lines

local STREAMS = { KEYS[1], KEYS[2], KEYS[3] }
local SETS = { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8] }
local state, limit, after = ARGV[1], tonumber(ARGV[2]), ARGV[3]

-- Entries of active jobs stay in their stream until they are settled: those are passed over.
local function waiting_ids()
  local n, from = string.match(after, '^(%d) (%S+)$')
  n, from = tonumber(n or '1'), from and '(' .. from or '-'
  local ids, left = {}, limit
  while n <= 3 do
    local entries = redis.call('XRANGE', STREAMS[n], from, '+', 'COUNT', left)
    for _, entry in ipairs(entries) do
      ids[#ids + 1] = entry[2][2]
    end
    if #entries == left then
      return ids, n .. ' ' .. entries[left][1]
    end
    n, from, left = n + 1, '-', left - #entries
  end
  return ids, ''
end

-- The rank behind a member; if it has left meanwhile, that of the first of its score: rather twice than not at all.
local function rank_after(set, score, member, reverse)
  local rank = redis.call(reverse and 'ZREVRANK' or 'ZRANK', set, member)
  if rank and redis.call('ZSCORE', set, member) == score then
    return rank + 1
  end
  if reverse then
    return redis.call('ZCOUNT', set, '(' .. score, '+inf')
  end
  return redis.call('ZCOUNT', set, '-inf', '(' .. score)
end

local function ids_of_set(set, reverse)
  local score, member = string.match(after, '^(%S+) (.*)$')
  local first = score and rank_after(set, score, member, reverse) or 0
  local found = redis.call(reverse and 'ZREVRANGE' or 'ZRANGE', set, first, first + limit - 1, 'WITHSCORES')
  local ids = {}
  for i = 1, #found, 2 do
    ids[#ids + 1] = found[i]
  end
  return ids, #ids == limit and found[#found] .. ' ' .. found[#found - 1] or ''
end

local ids, next_page
if state == 'waiting' then
  ids, next_page = waiting_ids()
elseif state == 'active' then
  local scanned = redis.call('HSCAN', KEYS[5], after == '' and '0' or after, 'COUNT', limit)
  ids, next_page = {}, scanned[1] == '0' and '' or scanned[1]
  for i = 1, #scanned[2], 2 do
    ids[#ids + 1] = scanned[2][i]
  end
else
  ids, next_page = ids_of_set(SETS[state], state ~= 'delayed')
end
local reply = { next_page }
for _, id in ipairs(ids) do
  add_line(reply, KEYS[9], id, state)
end
return reply
