/* Two objects that -r joins: what both have of a name, what only one has, and how they refer to each other. */
#include "system.h"

struct Shape {
  virtual ~Shape() {}
  virtual int corners() const { return 0; }
};
int throw_at(int depth);       // of the second: throws depth
const Shape& square();         // of the second
const char* second_name();     // of the second
int choose(int which);         // of the second: a jump table
extern "C" int tentative[4];   // common in both
extern "C" int distance;       // of the second: a difference of two of its functions
extern int* const second_pointer;

template <class T>
T& shared() {  // one of both objects' copies is taken
  static T value = 40;
  return value;
}
inline const char* where(bool is_first) { return is_first ? "first" : "second"; }
