// What images.c, images_library.c and images_bundle.c share.
extern __thread int of_library;
extern int library_data;
extern const char* const library_text;
const char* overridden(void);
const char* library_sees(void);
int library_counts(void);
int program_function(int);
