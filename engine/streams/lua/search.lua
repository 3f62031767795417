--- search: one step of a search: those of a list's next jobs that match, as lines.
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
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] list      waiting, delayed, active, completed, failed, cancelled or trash
-- ARGV[3] looked    how many jobs to look at, at most 250; fewer are, where payloads are large
-- ARGV[4] after     what the step before answered, or empty
-- ARGV[5...] terms  three each: field, operator, value
--
-- writes nothing: EVALSHA_RO
-- returns what to give as `after` for the next step (empty: all were seen), how many jobs were looked at, how many the
--   list has, then eleven for each hit: id, name, state, run, attempts, ended_ms, tenant, error, due_ms, group, and what
--   `active` says of it

--- @include clock
--- @include bounds
--- @include digits
--- @include jobs_in
--- @include lines
--- @include match

-- What one step may cost, in bytes that are read; a line of the reply counts as so many.
local MOST, LINE = 1000000, 8000
local list, wanted = jobs_in(ARGV[2], { KEYS[1], KEYS[2], KEYS[3] },
  { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8], trash = KEYS[9] })
local terms = {}
check_items((#ARGV - 4) / 3)
for i = 5, #ARGV, 3 do
  terms[#terms + 1] = open_term(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
local looking = open_search(terms, KEYS[10], KEYS[5], math.floor(read_clock(ARGV[1]) / 1000))
local page = list.below(ARGV[4], math.max(1, math.min(250, tonumber(ARGV[3]))))
local reply, looked = { '', '0', digits(list.total) }, 0
for n = 1, #page.ids do
  local id = page.ids[n]
  local record = (#terms == 0 or is_hit(looking, id)) and read_line(looking.jobs, id, wanted)
  if record then
    add_line(reply, looking.active, id, record)
    looking.spent = looking.spent + LINE
  end
  looked = n
  if looking.spent > MOST then
    break
  end
end
reply[2] = digits(looked)
if looked < #page.ids or not page.ends then
  reply[1] = page.cursor(looked)
end
return reply
