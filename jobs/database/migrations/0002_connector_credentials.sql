-- Credentials are stored encrypted, as a text that jobs.credentials reads; NULL where a source needs none. What stands
-- here unencrypted is encrypted by `python -m jobs migrate` or `python -m jobs connectors rekey`, which have the key.
ALTER TABLE connectors DROP CONSTRAINT connectors_credentials_check;
ALTER TABLE connectors ALTER credentials DROP DEFAULT;
ALTER TABLE connectors ALTER credentials DROP NOT NULL;
ALTER TABLE connectors ALTER credentials TYPE text USING nullif(credentials::text, '{}');

-- A trigger and no CHECK: the error of a CHECK quotes the row, and it would be asked at changes of other columns too.
CREATE FUNCTION refuse_plain_credentials() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.credentials !~ '^(v1\.[0-9a-f]{8}\.[A-Za-z0-9_=-]+|[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]*)$' THEN
        RAISE EXCEPTION 'connectors.credentials takes encrypted credentials only' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credentials_are_encrypted BEFORE INSERT OR UPDATE OF credentials ON connectors
    FOR EACH ROW EXECUTE FUNCTION refuse_plain_credentials();
