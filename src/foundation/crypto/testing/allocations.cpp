#include "foundation/crypto/testing/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace {

std::atomic<std::size_t> count{0};

// NOLINTBEGIN(cppcoreguidelines-no-malloc): the hooks stand below new and delete
void* counting_malloc(std::size_t size, const char*, int) {
  ++count;
  return std::malloc(size);
}
void* counting_realloc(void* block, std::size_t size, const char*, int) {
  ++count;
  return std::realloc(block, size);
}
void counting_free(void* block, const char*, int) { std::free(block); }

// OpenSSL takes its hooks only before its first allocation: before main.
const bool hooked = CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free) == 1;

}  // namespace

void* operator new(std::size_t size) {
  ++count;
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace qnet::crypto::testing {

std::size_t allocations() { return count.load(); }
bool allocations_are_counted() { return hooked; }

}  // namespace qnet::crypto::testing
