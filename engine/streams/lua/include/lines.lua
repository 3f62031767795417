--- @include record
--- @include whole
-- The fields of a record that make a line, if its state is the wanted one (nil: any). A record that cannot be read is
-- passed over: the doctor names it.
local LISTED = { waiting = true, delayed = true, active = true, completed = true, failed = true, cancelled = true }
local function read_line(jobs, id, wanted)
  local record = read_record(jobs .. id, 'name', 'state', 'run', 'attempts', 'ended', 'tenant', 'error', 'due', 'group')
  if not record or not whole(record[3]) or not LISTED[record[2]] or (wanted and record[2] ~= wanted)
    or (record[4] and not whole(record[4])) or (record[5] and not whole(record[5])) then
    return nil
  end
  return record
end

-- One job as a line: eleven values. The error goes without its frames, which are most of it.
local function add_line(reply, active, id, record)
  local frames = record[7] and string.find(record[7], ',"stack":"', 1, true)
  record[7] = frames and string.sub(record[7], 1, frames - 1) .. '}' or record[7]
  record[8] = whole(record[8]) and record[8]
  reply[#reply + 1] = id
  for field = 1, 9 do
    reply[#reply + 1] = record[field] or ''
  end
  reply[#reply + 1] = record[2] == 'active' and redis.call('HGET', active, id) or ''
end
