#include "protocol/mux/budget.hpp"

#include <limits>

namespace qnet::mux {

namespace {

void replace(std::atomic<std::size_t>& total, std::size_t& before, std::size_t now) {
  // Unsigned arithmetic: a smaller part takes from the total.
  total.fetch_add(now - std::exchange(before, now), std::memory_order_relaxed);
}

}  // namespace

BudgetShare::BudgetShare(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {
  if (budget_) budget_->sessions_.fetch_add(1, std::memory_order_relaxed);
}

BudgetShare::~BudgetShare() {
  if (!budget_) return;
  set_held(0);
  set_granted(0);
  budget_->sessions_.fetch_sub(1, std::memory_order_relaxed);
}

std::size_t BudgetShare::left() const {
  return budget_ ? budget_->left() : std::numeric_limits<std::size_t>::max();
}

void BudgetShare::set_held(std::size_t bytes) {
  if (budget_ && bytes != held_) replace(budget_->held_, held_, bytes);
}

void BudgetShare::set_granted(std::size_t bytes) {
  if (budget_ && bytes != granted_) replace(budget_->granted_, granted_, bytes);
}

bool BudgetShare::exceeded() const {
  if (!budget_ || budget_->held() <= budget_->bytes_) return false;
  return held_ > budget_->bytes_ / budget_->sessions_.load(std::memory_order_relaxed);
}

}  // namespace qnet::mux
