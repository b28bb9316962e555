-- What the operator has accepted (MAPPINGS_ACCEPTED) is said, but is no difference.
UPDATE plan SET action = 'accepted'
WHERE action IN ('create', 'update', 'rejected') AND agent_id = ANY (regexp_split_to_array(:#${variable.accepted}, '[, ]+'))
