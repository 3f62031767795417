--- @include digits
--- @include read_group
-- The part of a stream that the group has handed over (active jobs), or what is behind it (waiting ones).
local function open_section(stream, is_active)
  local length = redis.call('XLEN', stream)
  local read, pending = nil, 0
  if length > 0 then
    read, pending = read_group(stream)
  end
  if is_active then
    return { stream = stream, from = '-', to = read or '0', count = pending }
  end
  return { stream = stream, from = read and '(' .. read or '-', to = '+', count = math.max(0, length - pending) }
end

local function order_of(entry)
  local ms, seq = string.match(entry, '(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

-- Behind the entry, and never before the section: what was waiting there may run by now.
local function behind(section, entry)
  local ms, seq = order_of(entry)
  local from_ms, from_seq = order_of(section.from)
  if from_ms and (ms < from_ms or (ms == from_ms and seq < from_seq)) then
    return section.from
  end
  return '(' .. entry
end

-- Up to `count` places (the id, its entry, the number of its section) from the bound on, through this section and those
-- that follow; backwards those before it.
local function read_places(sections, number, bound, count, backwards)
  local ids, entries, numbers = {}, {}, {}
  while sections[number] and #ids < count do
    local section, left = sections[number], digits(count - #ids)
    local found = backwards and redis.call('XREVRANGE', section.stream, bound or section.to, section.from, 'COUNT', left)
      or redis.call('XRANGE', section.stream, bound or section.from, section.to, 'COUNT', left)
    local before = #ids
    for n = 1, #found do
      ids[before + n], entries[before + n], numbers[before + n] = found[n][2][2], found[n][1], number
    end
    number, bound = number + (backwards and -1 or 1), nil
  end
  return { ids = ids, entries = entries, numbers = numbers }
end

-- How far the entry lies between the first and the last one of its section, from 0 to 1, and when those came.
local function share_of(section, ms)
  local first = redis.call('XRANGE', section.stream, section.from, section.to, 'COUNT', '1')[1]
  local last = redis.call('XREVRANGE', section.stream, section.to, section.from, 'COUNT', '1')[1]
  local from_ms, to_ms = order_of(first and first[1] or '0-0'), order_of(last and last[1] or '0-0')
  local share = to_ms > from_ms and (ms - from_ms) / (to_ms - from_ms) or 0
  return math.max(0, math.min(1, share)), from_ms, to_ms
end
