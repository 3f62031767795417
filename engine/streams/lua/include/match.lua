--- @include record
--- @include holding
-- A term of a query: a field, how it is compared, and with what. Fields are type, tenant, id, worker (who holds the job)
-- and group, by `like` (`*` is any text); err by `has` (a text in lower case); att, age and ended (ms until now) and at
-- (ms), by > >= < <= =; data by `has` (a text in the payload), and path, compared by the path of a value in it.
local function open_term(field, op, value)
  local term = { field = field, op = op, value = value, number = tonumber(value), pieces = {}, probe = '' }
  for piece in string.gmatch(value .. '*', '(.-)%*') do
    term.pieces[#term.pieces + 1] = piece
  end
  -- What must stand in a payload that has the value, however JSON spells the rest of it.
  for word in string.gmatch(value, '[%w_]+') do
    term.probe = #word > #term.probe and word or term.probe
  end
  return term
end

local function is_like(text, pieces)
  local first, last = pieces[1], pieces[#pieces]
  if #pieces == 1 then
    return text == first
  end
  local at = #first + 1
  if string.sub(text, 1, #first) ~= first then
    return false
  end
  for n = 2, #pieces - 1 do
    local _, found = string.find(text, pieces[n], at, true)
    if not found then
      return false
    end
    at = found + 1
  end
  return #text - #last + 1 >= at and string.sub(text, #text - #last + 1) == last
end

local function compares(a, op, b)
  if op == '>' then
    return a > b
  elseif op == '>=' then
    return a >= b
  elseif op == '<' then
    return a < b
  elseif op == '<=' then
    return a <= b
  end
  return a == b
end

-- What a stored error says, without its frames and the names of its fields.
local function sentence_of(text)
  local frames = string.find(text, ',"stack":"', 1, true)
  local kind, message = string.match(frames and string.sub(text, 1, frames - 1) .. '}' or text,
    '^{"type":"(.-)","message":"(.*)"}$')
  return string.lower(kind and kind .. ': ' .. message or text)
end

local function value_at(document, path)
  for part in string.gmatch(path, '[^.]+') do
    if type(document) ~= 'table' then
      return nil
    end
    local inner = document[part]
    if inner == nil and tonumber(part) then
      inner = document[tonumber(part) + 1]
    end
    document = inner
  end
  return document
end

local function is_value(value, term)
  if type(value) == 'string' then
    return is_like(value, term.pieces)
  elseif type(value) == 'number' then
    return value == term.number
  elseif type(value) == 'boolean' then
    return tostring(value) == term.value
  end
  return value == cjson.null and term.value == 'null'
end

-- A search: `jobs` and `active` are keys, `fields` those of a record that the terms ask for, `spent` what it has cost.
local STORED = { type = 'name', tenant = 'tenant', group = 'group', err = 'error', att = 'attempts', ended = 'ended',
  age = 'run', at = 'run', data = 'payload', path = 'payload', id = 'state', worker = 'state' }
local function open_search(terms, jobs, active, now_ms)
  local looking = { terms = terms, jobs = jobs, active = active, now_ms = now_ms, fields = { 'state' }, spent = 0 }
  local numbers = { state = 1 }
  for _, term in ipairs(terms) do
    local name = STORED[term.field]
    if not numbers[name] then
      looking.fields[#looking.fields + 1] = name
      numbers[name] = #looking.fields
    end
    term.at = numbers[name]
  end
  return looking
end

-- Reading a payload costs as many bytes as it has, taking it apart as JSON ten times as many.
local function is_in_payload(term, looking, payload)
  if term.field == 'data' then
    return string.find(payload, term.value, 1, true)
  elseif not string.find(payload, term.probe, 1, true) then
    return false
  end
  looking.spent = looking.spent + #payload * 10
  local _, document = pcall(cjson.decode, payload) -- of what is no JSON the text of an error, which has no values
  return is_value(value_at(document, term.op), term)
end

local function is_held_by(term, looking, id)
  local holding = read_holding(redis.call('HGET', looking.active, id))
  local consumer = holding and holding.consumer
  return consumer and is_like(string.match(consumer, '^(.*)~') or consumer, term.pieces)
end

local function is_number(term, looking, text)
  local number = tonumber(text)
  if term.field == 'age' or term.field == 'at' then
    number = number and math.floor(number / 1000)
  end
  if term.field == 'age' or term.field == 'ended' then
    number = number and looking.now_ms - number
  end
  return number and compares(number, term.op, term.number)
end

local function holds(term, looking, id, state, text)
  if term.field == 'id' then
    return is_like(id, term.pieces)
  elseif term.field == 'worker' then
    return state == 'active' and is_held_by(term, looking, id)
  elseif term.field == 'att' then
    return is_number(term, looking, text or '0')
  elseif not text or (term.field == 'group' and state ~= 'failed') then
    return false
  elseif term.op == 'like' then
    return is_like(text, term.pieces)
  elseif term.field == 'err' then
    return string.find(sentence_of(text), term.value, 1, true)
  elseif term.field == 'data' or term.field == 'path' then
    return is_in_payload(term, looking, text)
  end
  return is_number(term, looking, text)
end

-- Whether all terms hold of a job, whatever state it is in.
local function is_hit(looking, id)
  local found = read_record(looking.jobs .. id, unpack(looking.fields))
  if not found then
    return false
  end
  for _, term in ipairs(looking.terms) do
    local text = found[term.at]
    looking.spent = looking.spent + (text and term.at > 1 and #text or 0)
    if not holds(term, looking, id, found[1], text) then
      return false
    end
  end
  return true
end
