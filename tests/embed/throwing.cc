#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

int main() {
  try {
    std::vector<std::string>().at(7);
  } catch (const std::out_of_range&) {
    std::cout << "caught" << std::endl;
  }
}
