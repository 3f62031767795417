--- @include read_line
--- @include whole
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
