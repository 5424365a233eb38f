import { Migration } from '@mikro-orm/migrations';

/** What somebody looked at and found fine: a version that stays as it is although its inputs moved. */
export class Migration0007Lineage extends Migration {
  override name = '0007-lineage';

  override up(): void {
    this.addSql(`CREATE TABLE link_accept (
      project_id uuid NOT NULL,
      document_id uuid NOT NULL,
      version integer NOT NULL,
      input_document_id uuid NOT NULL,
      input_version integer NOT NULL,
      run_id uuid NOT NULL,
      revision integer NOT NULL,
      PRIMARY KEY (project_id, document_id, version, input_document_id, input_version, revision),
      FOREIGN KEY (project_id, document_id, version)
        REFERENCES document_version (project_id, document_id, version) ON DELETE CASCADE
    )`);
  }
}
