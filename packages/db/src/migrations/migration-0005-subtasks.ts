import { Migration } from '@mikro-orm/migrations';

/**
 * What tells one claim on a document from the next, the revision at which it was taken, and the index by which the next
 * ready document is found without a look at those that are finished.
 */
export class Migration0005Subtasks extends Migration {
  override name = '0005-subtasks';

  override async up(): Promise<void> {
    this.addSql('ALTER TABLE document ADD COLUMN claim_revision integer');
    this.addSql(
      `CREATE INDEX document_unfinished ON document (project_id, run_id, kind, created_revision, id)
      WHERE NOT head_deleted AND (head_status IS NULL OR head_status = 'open' OR head_status = 'in_progress')`,
    );
  }
}
