// Asks the web for something through a client's tunnel, to see whether anything comes back.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "edge/proxy/server.hpp"
#include "foundation/base/random.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::node {

/// Within this time something has come, or the check has failed.
inline constexpr std::chrono::seconds kWebCheckTime{10};

/// Sends the beginning of a browser's connection to the HTTPS site `host`, and waits for a first byte. It
/// sends nothing of the person's, and no second message. What is given by reference must outlive the task.
net::Task<bool> check_web(const proxy::Connect& connect, std::string host,
                          const client_hello::Template& browser, base::RandomSource& random);

}  // namespace qnet::node
