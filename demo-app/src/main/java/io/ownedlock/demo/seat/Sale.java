package io.ownedlock.demo.seat;

/** A seat and who bought it. */
public record Sale(String seat, String customer) {}
