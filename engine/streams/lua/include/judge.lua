--- @include record
--- @include whole
-- Why a deed is not done to a job as it was seen; nothing if it is. Taking back asks as revert does.
local LIVE = { waiting = true, delayed = true, active = true }
local OVER = { completed = true, failed = true, cancelled = true }
local FITS = {
  retry = { failed = true, cancelled = true },
  cancel = LIVE,
  promote = { delayed = true },
  trash = OVER,
  restore = OVER,
  delete = OVER,
}
local MISFIT = { retry = 'not_failed', cancel = 'ended', promote = 'not_delayed', trash = 'not_ended',
  restore = 'not_ended', delete = 'not_ended' }

-- Whether what was done to the run can be taken back: it has not been handed over since.
local CAN = {}

function CAN.unretry(job, run)
  local _, kept = pcall(cmsgpack.unpack, job.earlier or '') -- of what is not packed the text of an error
  return job.before == run and job.state == 'waiting' and type(kept) == 'table' and kept[1] == job.at
end

function CAN.uncancel(job, run)
  return job.run == run and job.state == 'cancelled' and not job.trashed
    and (job.earlier == 'waiting' or job.earlier == 'delayed')
end

function CAN.unpromote(job, run)
  return job.run == run and job.state == 'waiting' and job.earlier == 'promote ' .. (job.at or '')
end

-- A job as it is now, as far as the deed asks; nothing where there is none that can be read.
local function read_seen(key, deed)
  local record = CAN[deed] and read_record(key, 'state', 'run', 'ended', 'trashed', 'before', 'earlier', 'at')
    or read_record(key, 'state', 'run', 'ended', 'trashed')
  local run_us = record and record[1] and whole(record[2])
  return run_us and { state = record[1], run = record[2], run_us = run_us, ended = record[3], trashed = record[4],
    before = record[5], earlier = record[6], at = record[7] }
end

local function judge(deed, job, run, state)
  if not job then
    return 'gone'
  elseif CAN[deed] then
    local is_untouched = job.state == 'waiting' or job.state == 'cancelled'
    return not CAN[deed](job, run) and (is_untouched and 'changed' or 'started') or nil
  elseif job.run ~= run then
    return deed == 'retry' and LIVE[job.state] and 'runs_already' or 'other_run'
  elseif job.trashed and deed ~= 'restore' and deed ~= 'delete' then
    return 'trashed'
  elseif deed == 'restore' and not job.trashed then
    return 'not_trashed'
  elseif not FITS[deed][job.state] then
    return MISFIT[deed]
  elseif job.state ~= state then
    return 'other_state'
  end
  return nil
end
