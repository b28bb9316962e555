WITH stated AS (
  SELECT agent_id, invitations FROM plan WHERE action IN ('create', 'update') AND invitations IS NOT NULL
), removed AS (
  DELETE FROM invitation_status USING stated
  WHERE invitation_status.agent_id = stated.agent_id AND NOT jsonb_exists(stated.invitations, invitation_status.invitee)
), changed AS (
  UPDATE invitation_status SET status = stated.invitations ->> invitation_status.invitee FROM stated
  WHERE invitation_status.agent_id = stated.agent_id AND jsonb_exists(stated.invitations, invitation_status.invitee)
)
INSERT INTO invitation_status (agent_id, invitee, status)
SELECT stated.agent_id, invitee, status
FROM stated, jsonb_each_text(invitations) AS wanted (invitee, status)
WHERE NOT EXISTS (SELECT FROM invitation_status present WHERE present.agent_id = stated.agent_id AND present.invitee = wanted.invitee)
