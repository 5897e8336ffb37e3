document.body.textContent = 'claude-relay';
