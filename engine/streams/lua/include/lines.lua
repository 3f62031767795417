--- @include record
-- One job as a line of a list: eight values, if it has a record, and its state is the wanted one (nil: any).
local function add_line(reply, jobs, id, wanted)
  local record = read_record(jobs .. id, 'name', 'state', 'run', 'attempts', 'ended', 'tenant', 'error')
  if not record or not record[3] or (wanted and record[2] ~= wanted) then
    return
  end
  reply[#reply + 1] = id
  for field = 1, 7 do
    reply[#reply + 1] = record[field] or ''
  end
end
