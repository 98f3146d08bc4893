<#
.SYNOPSIS
What the task of Restart-PeerMachine runs, as LocalSystem: before the restart it closes our rules for TCP 22, so that nobody
takes the machine that is about to restart for the one that has; after it, it opens them again and deletes its task.
.DESCRIPTION
Where the restart does not come within five minutes the rules are opened again, so that nobody is locked out.
.PARAMETER Rules
Names of firewall rules, separated by commas; may be empty.
#>
param([string]$Rules = '')

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerCommon.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerNetworking.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerTasks.ps1')

$names = @($Rules -split ',' | Where-Object -FilterScript { $_ })

if (Test-VolatileMark -Name 'RestartRequested') {
    # The answer of the session that asked for the restart has to leave first.
    Start-Sleep -Seconds 2
    if ($names.Count -gt 0) {
        Disable-NetFirewallRule -Name $names -ErrorAction Stop
    }
    Start-Sleep -Seconds 300
    Clear-VolatileMark -Name 'RestartRequested'
}

# Early after a boot the firewall's service may not answer yet.
$end = [DateTime]::UtcNow.AddMinutes(5)
$opened = $names.Count -eq 0
while (-not $opened -and [DateTime]::UtcNow -lt $end) {
    try {
        Enable-NetFirewallRule -Name $names -ErrorAction Stop
        $opened = $true
    }
    catch {
        Start-Sleep -Seconds 2
    }
}
if (-not $opened) {
    # The task stays: the next boot tries again.
    exit 1
}
(Get-TaskFolder).DeleteTask('PeerLab-Boot', 0)
exit 0
