--- @include record
--- @include whole
-- One job as a line of a list: eight values, if it has a record, and its state is the wanted one (nil: any). A record
-- that cannot be read is passed over: the doctor names it.
local LISTED = { waiting = true, delayed = true, active = true, completed = true, failed = true, cancelled = true }
local function add_line(reply, jobs, id, wanted)
  local record = read_record(jobs .. id, 'name', 'state', 'run', 'attempts', 'ended', 'tenant', 'error')
  if not record or not whole(record[3]) or not LISTED[record[2]] or (wanted and record[2] ~= wanted)
    or (record[4] and not whole(record[4])) or (record[5] and not whole(record[5])) then
    return
  end
  reply[#reply + 1] = id
  for field = 1, 7 do
    reply[#reply + 1] = record[field] or ''
  end
end
