WITH deleted AS (
  DELETE FROM agent_mappings USING plan
  WHERE plan.agent_id = agent_mappings.agent_id AND plan.action = 'delete'
  RETURNING agent_mappings.agent_id
)
DELETE FROM invitation_status USING deleted
WHERE invitation_status.agent_id = deleted.agent_id
