--- audit: where the records of the named jobs and the places that name jobs disagree, decided at one moment.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] delayed    zset
-- KEYS[5] active     hash
-- KEYS[6] completed  zset
-- KEYS[7] failed     zset
-- KEYS[8] cancelled  zset
-- KEYS[9] job        prefix
-- KEYS[10] trail     prefix
-- KEYS[11] trash     zset
-- ARGV[1...] marks   two each: id, place (`stream entry`, if it was found there, or empty)
--
-- writes nothing: EVALSHA_RO
-- returns four for each fault: which of the marks (from 1), the fault, state and run (empty and 0: not to be read)
--   fault is unreadable | unrecorded | unlisted | undelivered | unheld | unpending | doubled | stale (include/diagnose)

--- @include bounds
--- @include diagnose
--- @include digits

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local SETS = { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8], trash = KEYS[11] }
local queue = { streams = STREAMS, sets = SETS, active = KEYS[5], jobs = KEYS[9], trails = KEYS[10] }
queue.read = read_groups(STREAMS)
local reply = {}
check_items(#ARGV / 2)
for i = 1, #ARGV, 2 do
  local job, faults = diagnose(queue, ARGV[i], ARGV[i + 1])
  for _, fault in ipairs(faults) do
    reply[#reply + 1] = digits((i + 1) / 2)
    reply[#reply + 1] = fault
    reply[#reply + 1] = job.state or ''
    reply[#reply + 1] = job.sound and job.run or '0'
  end
end
return reply
