# What Windows' logs and diagnostics say about the peer stack; nothing is changed.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

# Neither PNRPsvc nor p2pimsvc has a log of its own: they write to System.
$script:PeerProvider = @('Microsoft-Windows-PNRPSvc', 'Microsoft-Windows-P2PIMSvc')
$script:DiagnosedService = @('PNRPsvc', 'p2psvc', 'p2pimsvc', 'PNRPAutoReg', 'sshd', 'PeerLab-Holder')

function Get-ServiceWord {
    <#
    .SYNOPSIS
    What an event about one of the services names it by: its short name, or the name it is shown by, which is localised.
    #>
    param()
    $script:DiagnosedService
    @(Get-Service -Name $script:DiagnosedService -ErrorAction SilentlyContinue) | ForEach-Object -Process { [string]$_.DisplayName }
}

function Get-FirewallRuleText {
    <#
    .SYNOPSIS
    The rules of ours as the Windows Firewall has them, one after the other.
    #>
    param()
    $lines = foreach ($rule in @(Get-NetFirewallRule -ErrorAction Stop | Where-Object -FilterScript { ([string]$_.Name).StartsWith('PeerLab-') } | Sort-Object -Property Name)) {
        $port = $rule | Get-NetFirewallPortFilter -ErrorAction Stop
        $address = $rule | Get-NetFirewallAddressFilter -ErrorAction Stop
        [string]$rule.Name
        '    enabled {0}, {1}, {2}, profiles {3}, edge {4}' -f $rule.Enabled, $rule.Direction, $rule.Action, $rule.Profile, $rule.EdgeTraversalPolicy
        '    {0} {1} from {2}' -f $port.Protocol, (@($port.LocalPort) -join ','), (@($address.RemoteAddress) -join ',')
    }
    return (@($lines | ForEach-Object -Process { $_ + "`n" }) -join '')
}

function Get-FirewallLogPath {
    <#
    .SYNOPSIS
    The files that the Windows Firewall logs packets to; none where that is off in every profile.
    #>
    param()
    $profiles = @(Get-NetFirewallProfile -PolicyStore ActiveStore -ErrorAction Stop)
    $logging = @($profiles | Where-Object -FilterScript { 'True' -eq [string]$_.LogAllowed -or 'True' -eq [string]$_.LogBlocked })
    @($logging | ForEach-Object -Process { [Environment]::ExpandEnvironmentVariables([string]$_.LogFileName) } | Sort-Object -Unique)
}

function Add-DiagnosticItem {
    <#
    .SYNOPSIS
    Lets the reader read every item, in the order of the contract. A part that fails is an item with its error.
    #>
    param([Parameter(Mandatory = $true)][PeerLab.PeerDiagnostics]$Reader)
    $none = [string[]]@()
    $null = $Reader.Events('events-pnrp', 'System', [string[]]$script:PeerProvider, $none)
    $null = $Reader.Events('events-services', 'System', [string[]]@('Service Control Manager'), [string[]]@(Get-ServiceWord))
    $null = $Reader.Events('events-task-scheduler', 'Microsoft-Windows-TaskScheduler/Operational', $none, [string[]]@('\PeerLab-*'))
    $null = $Reader.Events('events-openssh', 'OpenSSH/Operational', $none, $none)
    $null = $Reader.Events('events-firewall', 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall', $none, $none)
    $null = $Reader.FileEnd('holder', $script:GuestDirectory + '/work/holder.log')
    $null = $Reader.FileEnd('holder-old', $script:GuestDirectory + '/work/holder.old.log')
    try {
        $paths = @(Get-FirewallLogPath)
        if ($paths.Count -eq 0) {
            $null = $Reader.Item('firewall-log', 'the log of the Windows Firewall', '', $false, 'It is switched off in every profile.')
        }
        else {
            # One file unless somebody gave the profiles their own.
            $null = $Reader.FileEnd('firewall-log', $paths[0])
        }
    }
    catch {
        $null = $Reader.Item('firewall-log', 'Get-NetFirewallProfile', '', $false, [string](ConvertTo-GuestFailure -ErrorRecord $_)['message'])
    }
    try {
        $null = $Reader.Item('firewall-rules', 'Get-NetFirewallRule', (Get-FirewallRuleText), $false, '')
    }
    catch {
        $null = $Reader.Item('firewall-rules', 'Get-NetFirewallRule', '', $false, [string](ConvertTo-GuestFailure -ErrorRecord $_)['message'])
    }
    $null = $Reader.Netsh('netsh-firewall', 'advfirewall show allprofiles')
    $null = $Reader.Netsh('netsh-clouds', 'p2p pnrp cloud show list')
    $null = $Reader.Netsh('netsh-cloud-names', 'p2p pnrp cloud show names')
    $null = $Reader.Netsh('netsh-cloud-statistics', 'p2p pnrp cloud show statistics')
    $null = $Reader.Netsh('netsh-cloud-initialization', 'p2p pnrp cloud show initialization')
    $null = $Reader.Netsh('netsh-ipv6-interfaces', 'interface ipv6 show interfaces')
    $null = $Reader.Netsh('netsh-ipv6-addresses', 'interface ipv6 show addresses')
    $null = $Reader.Netsh('netsh-ipv6-routes', 'interface ipv6 show route')
}
