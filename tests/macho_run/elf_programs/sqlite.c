// SQLite, compiled to ELF, in a Mach-O program: a database on disk, and what it can do.
#include <stdio.h>
#include <sqlite3.h>

static int print_row(void* unused, int count, char** values, char** names) {
  (void)unused;
  for (int i = 0; i < count; i++) printf("%s%s=%s", i ? " " : "", names[i], values[i] ? values[i] : "NULL");
  puts("");
  return 0;
}

static int run(sqlite3* database, const char* text) {
  char* message = NULL;
  if (sqlite3_exec(database, text, print_row, NULL, &message) == SQLITE_OK) return 0;
  printf("error: %s\n", message);
  sqlite3_free(message);
  return 1;
}

int main(int count, char** arguments) {
  sqlite3* database;
  if (count != 2 || sqlite3_open(arguments[1], &database) != SQLITE_OK) return 1;
  int failed = run(database, "create table t(id integer primary key, name text, value real);"
                             "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) "
                             "insert into t select i, printf('row %05d', i), i * 1.5 from n;"
                             "create index by_name on t(name);");
  failed += run(database, "select count(*) as rows, sum(value) as total, max(name) as last from t where name like 'row 0%'");
  failed += run(database, "begin; delete from t where id % 2; rollback; select count(*) as kept from t");
  failed += run(database, "select json_extract('{\"a\":[1,2,{\"b\":\"deep\"}]}', '$.a[2].b') as found");
  failed += run(database, "pragma integrity_check");
  sqlite3_close(database);
  if (sqlite3_open(arguments[1], &database) != SQLITE_OK) return 1;
  failed += run(database, "select name from t where id = 4711");
  failed += !run(database, "select nothing from nowhere");
  sqlite3_close(database);
  return failed;
}
