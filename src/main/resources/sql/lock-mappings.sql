-- Writers wait until the plan is applied; lookups, which only read, never do.
LOCK TABLE agent_mappings IN SHARE ROW EXCLUSIVE MODE
