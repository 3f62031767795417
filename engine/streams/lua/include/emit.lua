-- One event entry for the whole batch: each field is a verb, each value the id of a job.
local function emit(events, pairs_of_verb_and_id)
  if #pairs_of_verb_and_id > 0 then
    redis.call('XADD', events, 'MAXLEN', '~', '10000', '*', unpack(pairs_of_verb_and_id))
  end
end
