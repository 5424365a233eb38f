import { Migration } from '@mikro-orm/migrations';

/** The context that an exchange's messages were built with: its manifest, as a text under its hash. */
export class Migration0009Context extends Migration {
  override name = '0009-context';

  override up(): void {
    this.addSql('ALTER TABLE exchange ADD COLUMN context_sha256 bytea, ADD COLUMN context_encoding text');
    this.addSql(`ALTER TABLE exchange ADD FOREIGN KEY (project_id, context_sha256, context_encoding)
      REFERENCES blob (project_id, sha256, encoding)`);
    this.addSql(`CREATE INDEX exchange_context ON exchange (project_id, context_sha256)
      WHERE context_sha256 IS NOT NULL`);
  }
}
