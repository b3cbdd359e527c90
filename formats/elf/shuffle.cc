// See shuffle.h. The permutation is Fisher's and Yates's (Knuth, "Seminumerical Algorithms", algorithm P), its numbers
// are those of splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
#include "formats/elf/shuffle.h"

#include <algorithm>
#include <utility>

#include "core/glob.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

class RandomNumbers {
 public:
  explicit RandomNumbers(uint64_t seed) : state_(seed) {}

  // Below `limit`. That some are likelier by a hair does no harm here.
  size_t below(size_t limit) {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return static_cast<size_t>((mixed ^ mixed >> 31) % limit);
  }

 private:
  uint64_t state_;
};

bool matches(const Link& link, AtomId id, const Glob& glob) {
  if (id >= link.first_linker_atom) return false;  // common symbols
  const Atom& atom = link.atom(id);
  return glob.matches(section_facts(link, object_of(link.inputs.file(atom.file)), atom.raw).name);
}

void rearrange(std::vector<AtomId>& atoms, const SectionShuffle& shuffle, RandomNumbers& numbers) {
  if (shuffle.is_reversed) return std::reverse(atoms.begin(), atoms.end());
  for (size_t rest = atoms.size(); rest > 1; rest--) std::swap(atoms[rest - 1], atoms[numbers.below(rest)]);
}

}  // namespace

void shuffle_atoms(const Link& link, std::vector<OutputSection>& sections) {
  for (const SectionShuffle& shuffle : link.options().shuffles) {
    const Glob glob(shuffle.glob);
    RandomNumbers numbers(shuffle.seed);
    for (OutputSection& section : sections) {
      // Pieces of one function.
      if (section.name == ".init" || section.name == ".fini") continue;
      std::vector<size_t> places;
      std::vector<AtomId> atoms;
      for (size_t i = 0; i < section.atoms.size(); i++) {
        if (!matches(link, section.atoms[i], glob)) continue;
        places.push_back(i);
        atoms.push_back(section.atoms[i]);
      }
      rearrange(atoms, shuffle, numbers);
      for (size_t i = 0; i < places.size(); i++) section.atoms[places[i]] = atoms[i];
    }
  }
}

}  // namespace xld::elf
