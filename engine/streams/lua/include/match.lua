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

local function is_number(term, number)
  return number and compares(number, term.op, term.number)
end

local function ms_of(text)
  local us = tonumber(text)
  return us and math.floor(us / 1000)
end

-- Whether a term holds of a job, by its field: asked with the search, the text of what is stored, the job's id, and the
-- text of what else the term asks for.
local MATCHES = {}

function MATCHES.type(term, _, text)
  return is_like(text, term.pieces)
end

MATCHES.tenant = MATCHES.type

function MATCHES.id(term, _, _, id)
  return is_like(id, term.pieces)
end

function MATCHES.group(term, _, text, _, state)
  return state == 'failed' and is_like(text, term.pieces)
end

function MATCHES.worker(term, looking, state, id)
  local holding = state == 'active' and read_holding(redis.call('HGET', looking.active, id))
  local consumer = holding and holding.consumer
  return consumer and is_like(string.match(consumer, '^(.*)~') or consumer, term.pieces)
end

function MATCHES.err(term, _, text)
  return string.find(sentence_of(text), term.value, 1, true)
end

function MATCHES.att(term, _, text)
  return is_number(term, tonumber(text))
end

function MATCHES.at(term, _, text)
  return is_number(term, ms_of(text))
end

function MATCHES.age(term, looking, text)
  local at_ms = ms_of(text)
  return is_number(term, at_ms and looking.now_ms - at_ms)
end

function MATCHES.ended(term, looking, text)
  local at_ms = tonumber(text)
  return is_number(term, at_ms and looking.now_ms - at_ms)
end

function MATCHES.data(term, _, payload)
  return string.find(payload, term.value, 1, true)
end

-- Reading a payload costs as many bytes as it has, taking it apart as JSON ten times as many.
function MATCHES.path(term, looking, payload)
  if not string.find(payload, term.probe, 1, true) then
    return false
  end
  looking.spent = looking.spent + #payload * 10
  local _, document = pcall(cjson.decode, payload) -- of what is no JSON the text of an error, which has no values
  return is_value(value_at(document, term.op), term)
end

-- A search: `jobs` and `active` are keys, `fields` those of a record that the terms ask for, `spent` what it has cost.
local STORED = { type = { 'name' }, tenant = { 'tenant' }, group = { 'group', 'state' }, err = { 'error' },
  att = { 'attempts' }, ended = { 'ended' }, age = { 'run' }, at = { 'run' }, data = { 'payload' }, path = { 'payload' },
  id = { 'state' }, worker = { 'state' } }
-- What counts where nothing is stored; else the term does not hold.
local UNSTORED = { att = '0' }
local function open_search(terms, jobs, active, now_ms)
  local looking = { terms = terms, jobs = jobs, active = active, now_ms = now_ms, fields = {}, found = {}, spent = 0 }
  local numbers = {}
  local function ask(name)
    if not numbers[name] then
      looking.fields[#looking.fields + 1] = name
      numbers[name] = #looking.fields
    end
    return numbers[name]
  end
  for _, term in ipairs(terms) do
    local stored = STORED[term.field]
    term.matches, term.unstored = MATCHES[term.field], UNSTORED[term.field]
    term.at, term.beside = ask(stored[1]), ask(stored[2] or stored[1])
  end
  return looking
end

-- The fields that the terms ask for, or nothing if the key holds another type. One alone costs less.
local function read_asked(looking, id)
  local key, fields = looking.jobs .. id, looking.fields
  if #fields == 1 then
    local text = redis.pcall('HGET', key, fields[1])
    if type(text) ~= 'table' then
      looking.found[1] = text
      return looking.found
    end
  end
  return read_record(key, unpack(fields))
end

-- Whether all terms hold of a job, whatever state it is in.
local function is_hit(looking, id)
  local found, terms = read_asked(looking, id), looking.terms
  if not found then
    return false
  end
  for n = 1, #terms do
    local term = terms[n]
    local text = found[term.at] or term.unstored
    if not text then
      return false
    end
    looking.spent = looking.spent + #text
    if not term.matches(term, looking, text, id, found[term.beside]) then
      return false
    end
  end
  return true
end
