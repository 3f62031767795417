-- One more entry in the book of changes, about the 10,000 newest of which are kept. An operation says the rest of its own.
local function write_book(audit, verb, actor, target, reason, detail, operation)
  redis.call('XADD', audit, 'MAXLEN', '~', '10000', '*', 'verb', verb, 'actor', actor, 'target', target,
    'reason', reason, 'detail', detail, 'operation', operation)
end
