-- Files that nothing uses any more leave the blob store some time later, and without being in the way of who announces
-- them again. unused_since: a link of it went; whether others are left is looked up when its time has come. removing: 1
-- while its bytes are being removed; it is then neither read nor announced.
ALTER TABLE media ADD COLUMN unused_since BIGINT;
ALTER TABLE media ADD COLUMN removing BIGINT NOT NULL DEFAULT 0;
CREATE INDEX media_unused ON media (unused_since) WHERE unused_since IS NOT NULL;
CREATE INDEX media_unfinished ON media (updated_at) WHERE upload_status IS NULL OR upload_status NOT IN (200, 201);
CREATE INDEX media_links_age ON media_links (project_id, created_at);
