// What threads.c and threads_library.c share.
extern __thread int of_library;
extern int tentative_here;
int library_value(void);
int library_tentative(void);
int library_switch(int);
int same_string(const char*);
const char* overridden(void);
