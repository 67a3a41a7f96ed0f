// The golden vectors, for the tests that read them. TIDEMARK_VECTORS_DIR comes from the build.
#ifndef TIDEMARK_TESTS_VECTORS_H
#define TIDEMARK_TESTS_VECTORS_H

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

inline nlohmann::json read_vectors(const std::string& name) {
  std::ifstream file(std::string(TIDEMARK_VECTORS_DIR) + "/" + name);
  return nlohmann::json::parse(file);
}

#endif  // TIDEMARK_TESTS_VECTORS_H
