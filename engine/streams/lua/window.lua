--- window: some consecutive jobs of a list as lines, and where in it they lie.
--
-- KEYS[1] again     stream
-- KEYS[2] suspect   stream
-- KEYS[3] ready     stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] completed zset
-- KEYS[7] failed    zset
-- KEYS[8] cancelled zset
-- KEYS[9] trash     zset
-- KEYS[10] job      prefix
-- ARGV[1] list      waiting, delayed, active, completed, failed, cancelled or trash
-- ARGV[2] limit     at most 250
-- ARGV[3] from      where it begins: `at`, `above` or `below`
-- ARGV[4] place     at: the number of the first row, from 0; else a cursor that another window answered
--
-- writes nothing: EVALSHA_RO
-- returns the number of the first row, how many rows the list has, exact 1|0 (0: the number is an estimate by time), the
--   cursors of both ends (empty: the list ends there), then eleven for each job: id, name, state, run, attempts,
--   ended_ms, tenant, error, due_ms, group, and what `active` says of it; records that cannot be read are passed over

--- @include jobs_in
--- @include lines
--- @include digits

local list, wanted = jobs_in(ARGV[1], { KEYS[1], KEYS[2], KEYS[3] },
  { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8], trash = KEYS[9] })
local limit = math.max(1, math.min(250, tonumber(ARGV[2])))
local place = ARGV[3] == 'at' and math.max(0, tonumber(ARGV[4])) or ARGV[4]
local page = list[ARGV[3]](place, limit)
local reply = { digits(list.row_of(page)), digits(list.total), list.exact, page.begins and '' or page.cursor(1),
  page.ends and '' or page.cursor(#page.ids) }
for _, id in ipairs(page.ids) do
  local record = read_line(KEYS[10], id, wanted)
  if record then
    add_line(reply, KEYS[5], id, record)
  end
end
return reply
