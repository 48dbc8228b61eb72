"""Files of inspection-line testers: brake tester, headlamp tester, side-slip plate and others."""
