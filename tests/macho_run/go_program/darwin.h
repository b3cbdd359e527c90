/* The part of macOS's C headers that Go's runtime/cgo includes, in whose places it stands: run_go.py makes files of
   those names that include this one. */
#ifndef DARWIN_H
#define DARWIN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define TARGET_OS_IPHONE 0

typedef struct FILE FILE;
extern FILE* __stderrp;
#define stderr __stderrp
int fprintf(FILE*, const char*, ...);
int vfprintf(FILE*, const char*, va_list);
int fputc(int, FILE*);
char* strerror(int);
int* __error(void);
#define errno (*__error())
#define EAGAIN 35

void* malloc(size_t);
void* calloc(size_t, size_t);
void free(void*);
void abort(void);
char* getenv(const char*);
int setenv(const char*, const char*, int);
int unsetenv(const char*);
void* memcpy(void*, const void*, size_t);
void* memset(void*, int, size_t);

typedef long time_t, ssize_t;
struct timespec {
  time_t tv_sec;
  long tv_nsec;
};
int nanosleep(const struct timespec*, struct timespec*);

typedef unsigned sigset_t;
#define SIG_SETMASK 3
int sigfillset(sigset_t*);
int pthread_sigmask(int, const sigset_t*, sigset_t*);

typedef struct pthread* pthread_t;
typedef struct {
  long signature;
  char opaque[56];
} pthread_attr_t, pthread_mutex_t;
typedef struct {
  long signature;
  char opaque[40];
} pthread_cond_t;
#define PTHREAD_MUTEX_INITIALIZER {0x32AAABA7, {0}}
#define PTHREAD_COND_INITIALIZER {0x3CB0B1BB, {0}}
#define PTHREAD_CREATE_DETACHED 2
int pthread_attr_init(pthread_attr_t*);
int pthread_attr_destroy(pthread_attr_t*);
int pthread_attr_getstacksize(const pthread_attr_t*, size_t*);
int pthread_attr_setdetachstate(pthread_attr_t*, int);
int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
int pthread_detach(pthread_t);
int pthread_mutex_lock(pthread_mutex_t*);
int pthread_mutex_unlock(pthread_mutex_t*);
int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*);
int pthread_cond_broadcast(pthread_cond_t*);

#endif
