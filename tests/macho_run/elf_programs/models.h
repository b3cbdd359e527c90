// What models.c and models_other.c share.
extern __thread int of_other;
extern __thread int other_table[5];
extern __thread int other_hidden __attribute__((visibility("hidden")));
int other_value(void);
