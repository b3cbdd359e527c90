/* The part of Darwin's C library that the test programs use: names, structures and numbers as in Apple's headers, whose
   place it takes. What is here must be in libSystem.tbd, too. */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifdef __cplusplus
extern "C" {
#endif

typedef __SIZE_TYPE__ size_t;
typedef struct FILE FILE;
extern FILE *__stdoutp, *__stderrp;
int printf(const char*, ...);
int fprintf(FILE*, const char*, ...);
int snprintf(char*, size_t, const char*, ...);
int vsnprintf(char*, size_t, const char*, __builtin_va_list);
int puts(const char*);
int fflush(FILE*);

int* __error(void);
#define errno (*__error())
#define ENOENT 2
#define EAGAIN 35

void* malloc(size_t);
void* realloc(void*, size_t);
void free(void*);
void exit(int) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));
int atexit(void (*)(void));
char* getenv(const char*);
void qsort(void*, size_t, size_t, int (*)(const void*, const void*));
void* memcpy(void*, const void*, size_t);
void* memset(void*, int, size_t);
int memcmp(const void*, const void*, size_t);
int strcmp(const char*, const char*);
size_t strlen(const char*);
double sqrt(double);

int open(const char*, int, ...);
long read(int, void*, size_t);
long write(int, const void*, size_t);
int close(int);
int unlink(const char*);
#define O_RDWR 2
#define O_CREAT 0x200
#define O_TRUNC 0x400

typedef struct __pthread* pthread_t;
typedef struct {
  long signature;
  char opaque[56];
} pthread_mutex_t;
typedef struct {
  long signature;
  char opaque[40];
} pthread_cond_t;
typedef struct {
  long signature;
  char opaque[8];
} pthread_once_t;
typedef unsigned long pthread_key_t;
#define PTHREAD_MUTEX_INITIALIZER {0x32AAABA7, {0}}
#define PTHREAD_COND_INITIALIZER {0x3CB0B1BB, {0}}
#define PTHREAD_ONCE_INIT {0x30B1BCBA, {0}}
int pthread_create(pthread_t*, const void*, void* (*)(void*), void*);
int pthread_join(pthread_t, void**);
int pthread_mutex_lock(pthread_mutex_t*);
int pthread_mutex_unlock(pthread_mutex_t*);
int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*);
int pthread_cond_broadcast(pthread_cond_t*);
int pthread_once(pthread_once_t*, void (*)(void));
int pthread_key_create(pthread_key_t*, void (*)(void*));
int pthread_setspecific(pthread_key_t, const void*);
void* pthread_getspecific(pthread_key_t);

void* dlopen(const char*, int);
void* dlsym(void*, const char*);
char* dlerror(void);
#define RTLD_NOW 2
#define RTLD_DEFAULT ((void*)-2)

#if defined(__i386__)
typedef int jmp_buf[18];
#elif defined(__x86_64__)
typedef int jmp_buf[37];
#else
typedef int jmp_buf[48];
#endif
int setjmp(jmp_buf) __attribute__((returns_twice));
void longjmp(jmp_buf, int) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
