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
-- returns what to give as `after` for the next page (empty: this is the last), then eleven each: id, name, state, run,
--   attempts, ended_ms, tenant, error, due_ms, group, and what `active` says of it; a page may be short, since jobs move
--   while it is read

--- @include jobs_in
--- @include lines

-- Looked at in one call, however few are wanted: another producer's records are passed over.
local LOOKED = 250
local limit = math.min(LOOKED, tonumber(ARGV[2]))
local list, wanted = jobs_in(ARGV[1], { KEYS[1], KEYS[2], KEYS[3] },
  { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8] })
local page = list.below(ARGV[3], LOOKED)
local reply, last = { '' }, 0
for n, id in ipairs(page.ids) do
  if #reply > limit * 11 then
    break
  end
  local record = read_line(KEYS[9], id, wanted)
  if record then
    add_line(reply, KEYS[5], id, record)
  end
  last = n
end
if not page.ends or last < #page.ids then
  reply[1] = page.cursor(last)
end
return reply
